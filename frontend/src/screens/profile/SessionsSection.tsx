import { Button, Text } from "@mantine/core";
import { useChange, useLoad } from "@/api/hooks";
import { EndSessionDocument, SessionsDocument } from "@/gen/documents/profile";
import type { SessionsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Loaded } from "@/ui/Feedback";
import { notifyDone } from "@/ui/notify";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";
import { device } from "./device";

type Session = SessionsQuery["sessions"][number];

/** Where one is signed in, and the end of it. */
export function SessionsSection() {
  const t = useT();
  const query = useLoad(SessionsDocument, {});
  const end = useChange(EndSessionDocument);
  const columns: Column<Session>[] = [
    {
      key: "device",
      header: t("sessions.device"),
      cell: (session) => device(session.userAgent) ?? t("sessions.unknownDevice"),
    },
    { key: "address", header: t("sessions.address"), cell: (session) => session.address || "–" },
    {
      key: "used",
      header: t("sessions.used"),
      cell: (session) => <Moment value={session.usedAt} />,
    },
    {
      key: "created",
      header: t("sessions.created"),
      cell: (session) => <Moment value={session.createdAt} />,
    },
    {
      key: "end",
      header: t("common.actions"),
      cell: (session) =>
        session.current ? (
          t("sessions.current")
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("sessions.endNamed", { address: session.address })}
            onClick={async () => {
              await end.mutateAsync({ input: { id: session.id } });
              notifyDone(t("sessions.ended"));
            }}
          >
            {t("sessions.end")}
          </Button>
        ),
    },
  ];
  return (
    <Section title={t("sessions.title")}>
      <Text size="sm">{t("sessions.hint")}</Text>
      <Loaded query={query}>
        {({ sessions }) => (
          <DataTable
            label={t("sessions.title")}
            columns={columns}
            rows={sessions}
            rowKey={(session) => session.id}
          />
        )}
      </Loaded>
    </Section>
  );
}
