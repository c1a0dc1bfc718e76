import { Badge, NavLink, ScrollArea, Stack, Text } from "@mantine/core";
import type { LinkProps } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useMay, useShell } from "@/api/viewer";
import type { Role } from "@/gen/schema";
import { type MessageId, useT } from "@/i18n";
import {
  AccountIcon,
  AgreementIcon,
  AlertIcon,
  BatchIcon,
  ChargeIcon,
  CheckIcon,
  DifferenceIcon,
  HomeIcon,
  HookIcon,
  InvoiceIcon,
  KeyIcon,
  PeopleIcon,
  PlugIcon,
  ProductIcon,
  RecordIcon,
  SaleIcon,
  TextIcon,
  UserIcon,
  WorkIcon,
} from "@/ui/icons";
import { NavItem } from "@/ui/links";

interface Item {
  to: LinkProps["to"];
  label: MessageId;
  icon: ComponentType;
  least?: Role;
}

const groups: { label: MessageId; items: Item[] }[] = [
  {
    label: "nav.daily",
    items: [
      { to: "/", label: "nav.home", icon: HomeIcon },
      { to: "/sales", label: "nav.sales", icon: SaleIcon },
      { to: "/charges", label: "nav.charges", icon: ChargeIcon },
      { to: "/invoices", label: "nav.invoices", icon: InvoiceIcon },
      { to: "/batches", label: "nav.batches", icon: BatchIcon },
      { to: "/differences", label: "nav.differences", icon: DifferenceIcon },
      { to: "/failures", label: "nav.failures", icon: AlertIcon },
    ],
  },
  {
    label: "nav.records",
    items: [
      { to: "/customers", label: "nav.customers", icon: PeopleIcon },
      { to: "/products", label: "nav.products", icon: ProductIcon },
      { to: "/import", label: "nav.import", icon: TextIcon, least: "OPERATOR" },
    ],
  },
  {
    label: "nav.finance",
    items: [
      { to: "/accounts", label: "nav.accounts", icon: AccountIcon },
      { to: "/convenios", label: "nav.convenios", icon: AgreementIcon },
      { to: "/historicos", label: "nav.historicos", icon: TextIcon },
      { to: "/ledger", label: "nav.ledger", icon: CheckIcon, least: "FINANCE" },
    ],
  },
  {
    label: "nav.settings",
    items: [
      { to: "/integrations", label: "nav.integrations", icon: PlugIcon },
      { to: "/operations", label: "nav.operations", icon: WorkIcon },
      { to: "/users", label: "nav.users", icon: UserIcon, least: "OWNER" },
      { to: "/tokens", label: "nav.tokens", icon: KeyIcon },
      { to: "/webhooks", label: "nav.webhooks", icon: HookIcon, least: "OPERATOR" },
      { to: "/audit", label: "nav.audit", icon: RecordIcon, least: "FINANCE" },
    ],
  },
];

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const t = useT();
  const may = useMay();
  const { demo } = useShell().system;
  return (
    <ScrollArea h="100%" type="auto" scrollbarSize={6}>
      <Stack gap="sm">
        {groups.map((group) => (
          <div key={group.label}>
            <Text size="xs" c="dimmed" fw={600} px="sm" pb={2}>
              {t(group.label)}
            </Text>
            <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
              {group.items
                .filter((item) => may(item.least ?? "READER"))
                .map(({ to, label, icon: Icon }) => (
                  <li key={to}>
                    <NavItem
                      to={to}
                      label={t(label)}
                      py={3}
                      leftSection={<Icon />}
                      rightSection={to === "/failures" ? <UnreadBadge /> : undefined}
                      activeOptions={{ exact: to === "/", includeSearch: false }}
                      activeProps={{ active: true, "aria-current": "page" } as object}
                      onClick={onNavigate}
                    />
                  </li>
                ))}
            </ul>
          </div>
        ))}
        {demo && (
          <NavLink
            href="/sandbox/"
            target="_blank"
            label={t("nav.sandbox")}
            py={3}
            leftSection={<WorkIcon />}
          />
        )}
      </Stack>
    </ScrollArea>
  );
}

function UnreadBadge() {
  const t = useT();
  const { unreadFailures } = useShell().viewer;
  if (unreadFailures === 0) return null;
  return (
    <Badge
      color="red.9"
      variant="filled"
      circle={unreadFailures < 10}
      aria-label={t("shell.unread", { count: unreadFailures })}
      role="img"
    >
      {unreadFailures > 99 ? "99+" : unreadFailures}
    </Badge>
  );
}
