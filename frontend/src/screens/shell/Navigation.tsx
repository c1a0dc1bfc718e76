import { Badge, NavLink, ScrollArea, Stack, Text } from "@mantine/core";
import type { LinkProps } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useMay, useShell } from "@/api/viewer";
import type { Role, ShellQuery } from "@/gen/schema";
import { type MessageId, useT } from "@/i18n";
import {
  AccountIcon,
  AgreementIcon,
  AlertIcon,
  ApprovalIcon,
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
  badge?: ComponentType;
  /** Whether it is of use in this company; always when absent. */
  when?: (shell: ShellQuery) => boolean;
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
      {
        to: "/approvals",
        label: "nav.approvals",
        icon: ApprovalIcon,
        badge: ToApproveBadge,
        when: ({ accessRules, lastAsked }) =>
          accessRules.requireApproval || lastAsked.nodes.length > 0,
      },
      { to: "/differences", label: "nav.differences", icon: DifferenceIcon },
      { to: "/failures", label: "nav.failures", icon: AlertIcon, badge: UnreadBadge },
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
  const shell = useShell();
  const { demo } = shell.system;
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
                .filter(({ least = "READER", when }) => may(least) && (when?.(shell) ?? true))
                .map(({ to, label, icon: Icon, badge: ItemBadge }) => (
                  <li key={to}>
                    <NavItem
                      to={to}
                      label={t(label)}
                      py={2}
                      leftSection={<Icon />}
                      rightSection={ItemBadge && <ItemBadge />}
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
            py={2}
            leftSection={<WorkIcon />}
          />
        )}
      </Stack>
    </ScrollArea>
  );
}

function UnreadBadge() {
  const t = useT();
  const { unreadFailures: count } = useShell().viewer;
  return <Count count={count} label={t("shell.unread", { count })} color="red.9" />;
}

function ToApproveBadge() {
  const t = useT();
  const count = useShell().waiting.nodes.filter(({ mayApprove }) => mayApprove).length;
  return <Count count={count} label={t("shell.toApprove", { count })} color="blue.8" />;
}

function Count({ count, label, color }: { count: number; label: string; color: string }) {
  if (count === 0) return null;
  return (
    <Badge color={color} variant="filled" circle={count < 10} aria-label={label} role="img">
      {count > 99 ? "99+" : count}
    </Badge>
  );
}
