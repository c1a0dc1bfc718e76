import { Stack, Text } from "@mantine/core";
import type { ChannelPartsFragment, MessageState } from "@/gen/schema";
import { useT } from "@/i18n";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { Attempts } from "../operations/OperationList";

type Message = ChannelPartsFragment["messages"][number];

/** The last message with its result, and those before it on demand. */
export function MessageLog({ messages }: { messages: Message[] }) {
  const t = useT();
  const [last, ...earlier] = messages;
  if (last === undefined) return <Text size="sm">{t("channel.nothingSent")}</Text>;
  return (
    <Stack gap="xs">
      <Line message={last} />
      <Attempts operation={last} />
      {earlier.length > 0 && (
        <details>
          <summary>{t("channel.earlier", { count: earlier.length })}</summary>
          <Stack gap="sm" mt="xs">
            {earlier.map((message) => (
              <div key={message.id}>
                <Line message={message} />
                <Attempts operation={message} />
              </div>
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

const ended: readonly MessageState[] = ["SENT", "FAILED", "DROPPED"];

function Line({ message }: { message: Message }) {
  const t = useT();
  const when = message.finishedAt ?? message.askedAt;
  return (
    <Stack gap={2}>
      <Text size="sm" component="div">
        <Status of="message" value={message.state} />{" "}
        {message.kind === "TEST"
          ? t("message.test")
          : t("message.events", { count: message.events })}{" "}
        · <Moment value={when} />
        {!ended.includes(message.state) && message.nextTryAt && (
          <>
            {" "}
            · {t("operation.nextTry")} <Moment value={message.nextTryAt} />
          </>
        )}
      </Text>
      {message.state !== "SENT" && message.outcome && <Text size="sm">{message.outcome}</Text>}
    </Stack>
  );
}
