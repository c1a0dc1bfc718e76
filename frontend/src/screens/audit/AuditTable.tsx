import { Code, Text } from "@mantine/core";
import type { AuditPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Moment } from "@/ui/Values";
import { type AuditKind, auditKinds } from "./search";

/** Who changed what, from what to what. */
export function AuditTable({ entries }: { entries: AuditPartsFragment[] }) {
  const t = useT();
  const columns: Column<AuditPartsFragment>[] = [
    { key: "at", header: t("audit.at"), cell: (entry) => <Moment value={entry.at} /> },
    { key: "who", header: t("audit.who"), cell: (entry) => <Who entry={entry} /> },
    {
      key: "what",
      header: t("audit.what"),
      cell: (entry) => (
        <>
          {t(`audit.change.${entry.change}`)}: <Kind of={entry.kind} />
          <Text size="xs" c="dimmed">
            {entry.action}
          </Text>
        </>
      ),
    },
    {
      key: "object",
      header: t("audit.object"),
      cell: (entry) => (
        <AppLink to="/audit" search={{ object: entry.objectId }}>
          <Code>{entry.objectId}</Code>
        </AppLink>
      ),
    },
    {
      key: "fields",
      header: t("audit.fields"),
      wraps: true,
      cell: (entry) => <Fields fields={entry.fields} />,
    },
  ];
  return (
    <DataTable
      label={t("audit.title")}
      columns={columns}
      rows={entries}
      rowKey={(entry) => entry.id}
    />
  );
}

function Who({ entry }: { entry: AuditPartsFragment }) {
  const t = useT();
  return (
    <>
      {entry.user?.name ?? t("audit.nobody")}
      <Text size="xs" c="dimmed">
        {[entry.token && t("audit.byToken", { name: entry.token.name }), entry.address]
          .filter(Boolean)
          .join(" · ")}
      </Text>
    </>
  );
}

/** A kind by its name for people; one that is new here by its own. */
export function Kind({ of }: { of: string }) {
  const t = useT();
  const known = auditKinds.find((kind) => kind === of);
  return known ? t(`audit.kind.${known satisfies AuditKind}`) : <Code>{of}</Code>;
}

function Fields({ fields }: { fields: AuditPartsFragment["fields"] }) {
  const t = useT();
  return (
    <ul className="plain-list">
      {fields.map(({ name, before, after }) => (
        <li key={name}>
          <Code>{name}</Code> {before ?? t("audit.empty")} → {after ?? t("audit.empty")}
        </li>
      ))}
    </ul>
  );
}
