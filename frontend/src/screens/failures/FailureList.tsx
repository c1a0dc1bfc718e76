import { Stack } from "@mantine/core";
import type { FailureEventPartsFragment } from "@/gen/schema";
import { FailureCard } from "./FailureCard";

/** Failures, each once, the newest news first. */
export function FailureList({ events }: { events: FailureEventPartsFragment[] }) {
  return (
    <Stack gap="sm" component="ul" className="bare-list">
      {events.map((event) => (
        <li key={event.failure.id}>
          <FailureCard event={event} />
        </li>
      ))}
    </Stack>
  );
}
