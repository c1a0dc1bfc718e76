import { Group, Text, Timeline } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { AuditEntriesDocument } from "@/gen/documents/audit";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";
import { Kind } from "./AuditTable";

const shown = 10;

/** Who changed an object, and what belongs to it: the last changes, and the way to all. */
export function ObjectAudit({ id }: { id: string }) {
  return useMay()("FINANCE") ? <Changes id={id} /> : null;
}

function Changes({ id }: { id: string }) {
  const t = useT();
  const query = useLoad(AuditEntriesDocument, {
    first: shown,
    after: null,
    filter: { objectId: id },
  });
  return (
    <Section
      title={t("audit.changes")}
      actions={
        <AppLink to="/audit" search={{ object: id }} size="sm">
          {t("audit.seeAll")}
        </AppLink>
      }
    >
      <Loaded query={query}>
        {({ auditEntries }) =>
          auditEntries.nodes.length === 0 ? (
            <Text c="dimmed">{t("audit.noChanges")}</Text>
          ) : (
            <Timeline bulletSize={14} lineWidth={2}>
              {auditEntries.nodes.map((entry) => (
                <Timeline.Item key={entry.id}>
                  <Group gap="sm">
                    <Text fw={500}>
                      {t(`audit.change.${entry.change}`)}: <Kind of={entry.kind} />
                    </Text>
                    <Text size="sm" c="dimmed">
                      {entry.fields.map(({ name }) => name).join(", ")}
                    </Text>
                  </Group>
                  <Text size="sm" c="dimmed">
                    <Moment value={entry.at} /> · {entry.user?.name ?? t("audit.nobody")}
                    {entry.token && ` · ${t("audit.byToken", { name: entry.token.name })}`}
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
          )
        }
      </Loaded>
    </Section>
  );
}
