import type { ReactNode } from "react";

function icon(drawing: ReactNode) {
  return function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const BridgeIcon = icon(
  <path d="M2 18h20M5 18v-4a7 7 0 0 1 14 0v4M12 7v11M8.5 8v10M15.5 8v10" />,
);
export const HomeIcon = icon(
  <path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z" />,
);
export const SaleIcon = icon(<path d="M4 5h2l2 10h9l2-7H7M9.5 19h.01M16.5 19h.01" />);
export const ChargeIcon = icon(<path d="M4 6v12M7 6v12M11 6v12M14 6v12M17 6v12M20 6v12" />);
export const PeopleIcon = icon(
  <path d="M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 6" />,
);
export const ProductIcon = icon(
  <path d="m12 3 8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9" />,
);
export const AlertIcon = icon(<path d="M12 4 2.5 20h19zM12 10v5M12 17.5h.01" />);
export const AccountIcon = icon(<path d="M3 10h18L12 4zM5 10v8M10 10v8M14 10v8M19 10v8M3 20h18" />);
export const AgreementIcon = icon(<path d="M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h5" />);
export const TextIcon = icon(<path d="M5 6h14M5 10h14M5 14h9M5 18h6" />);
export const CheckIcon = icon(<path d="m4 12 5 5L20 6" />);
export const PlugIcon = icon(<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4" />);
export const WorkIcon = icon(<path d="M12 8v4l3 2M12 3a9 9 0 1 0 9 9" />);
export const UserIcon = icon(<path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21a8 8 0 0 1 16 0" />);
export const BatchIcon = icon(<path d="m12 4 8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4" />);
export const InvoiceIcon = icon(
  <path d="M6 3h12v18l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5L6 21zM9 8h6M9 12h6" />,
);
export const DifferenceIcon = icon(<path d="M5 9h14M5 15h14M16 5 8 19" />);
export const ApprovalIcon = icon(
  <path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 19a5.5 5.5 0 0 1 11 0M14.5 11.5l2.5 2.5 4.5-5" />,
);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const TrashIcon = icon(<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13" />);
export const SearchIcon = icon(<path d="M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 20l-4-4" />);
export const CopyIcon = icon(<path d="M8 8h12v12H8zM16 8V4H4v12h4" />);
export const EditIcon = icon(<path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" />);
export const PreviousIcon = icon(<path d="m15 5-7 7 7 7" />);
export const NextIcon = icon(<path d="m9 5 7 7-7 7" />);
export const KeyIcon = icon(
  <path d="M14.5 4a5.5 5.5 0 1 0 3.9 9.4M10.6 13.4 4 20v0h4v-3h3v-2.5M15.5 8.5h.01" />,
);
export const HookIcon = icon(
  <path d="M9 8.5a3.5 3.5 0 1 1 4.8 3.2L17 17M6.5 13a3.5 3.5 0 1 0 3.4 4.5h5.6M12 8.5 8.5 15" />,
);
export const RecordIcon = icon(<path d="M5 4h14v16H5zM9 8h6M9 12h6M9 16h3" />);
