import { Group, Text, Timeline } from "@mantine/core";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";

/** The story of a charge, newest first, each step with its source. */
export function ChargeTimeline({ events }: { events: ChargeDetailFragment["events"] }) {
  const t = useT();
  const newestFirst = events.toReversed();
  return (
    <Timeline bulletSize={14} lineWidth={2}>
      {newestFirst.map((event) => (
        <Timeline.Item key={event.id}>
          <Group gap="sm">
            <Text fw={500}>{event.text}</Text>
            <Status of="charge" value={event.status} />
          </Group>
          <Text size="sm" c="dimmed">
            <Moment value={event.at} /> · {event.user?.name ?? t(`event.source.${event.source}`)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
