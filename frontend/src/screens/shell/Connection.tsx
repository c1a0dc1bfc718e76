import { Alert, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useConnection } from "@/api/hooks";
import { useT } from "@/i18n";

/** A short loss of connection is nobody's business. */
const silentMilliseconds = 15_000;

/** One notice when the live connection has been away for long; gone when it is back. */
export function ConnectionNotice() {
  const t = useT();
  const lost = useLostForLong();
  return (
    <div role="status">
      {lost && (
        <Alert color="yellow" variant="outline" mb="md" title={t("connection.lostTitle")}>
          {t("connection.lostHint")}
        </Alert>
      )}
    </div>
  );
}

function useLostForLong(): boolean {
  const connection = useConnection();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (connection !== "lost") {
      setLost(false);
      return;
    }
    const timer = setTimeout(() => setLost(true), silentMilliseconds);
    return () => clearTimeout(timer);
  }, [connection]);
  return lost;
}

/** Whether what is on screen follows what happens. */
export function LiveMark() {
  const t = useT();
  const connected = useConnection() === "connected";
  const lost = useLostForLong();
  return (
    <Group gap={6} wrap="nowrap" visibleFrom="sm">
      <span className="live-dot" data-state={connected ? "connected" : "lost"} aria-hidden="true" />
      <Text size="sm" c="dimmed">
        {t(lost ? "connection.lost" : connected ? "connection.live" : "connection.connecting")}
      </Text>
    </Group>
  );
}
