import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { type MessageId, useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import { useDesk } from "./desk";
import type { Action, Result } from "./useHandling";

/** What may be done with the failures that are selected, and how far it is. */
export function FailureBar({ onAction }: { onAction: (action: Action) => void }) {
  const t = useT();
  const { selected, clear, handling } = useDesk();
  const { progress } = handling;
  if (progress !== null && progress.total > 1) {
    const told = t("failures.progress", { done: progress.done, total: progress.total });
    return (
      <Stack component="section" className="selection-bar" aria-label={t("failures.bar")} gap={6}>
        <Text role="status">{told}</Text>
        <Progress value={(100 * progress.done) / progress.total} aria-label={told} />
      </Stack>
    );
  }
  if (selected.size === 0) return null;
  return (
    <Group component="section" className="selection-bar" aria-label={t("failures.bar")} gap="xs">
      <Text fw={600} role="status" mr="xs">
        {t("selection.count", { count: selected.size })}
      </Text>
      <Button size="xs" onClick={() => onAction("retry")}>
        {t("failure.retry")}
      </Button>
      <Button size="xs" variant="default" onClick={() => onAction("acknowledge")}>
        {t("failures.acknowledge")}
      </Button>
      <Button size="xs" variant="default" onClick={() => onAction("ignore")}>
        {t("failures.ignore")}
      </Button>
      <Button size="xs" variant="default" onClick={() => onAction("read")}>
        {t("failures.read")}
      </Button>
      <Button size="xs" variant="subtle" onClick={clear}>
        {t("selection.clear")}
      </Button>
    </Group>
  );
}

/** What became of an action on several failures: which were refused, and why. */
export function FailureResult() {
  const t = useT();
  const { result, forget } = useDesk().handling;
  return (
    <div role="status">
      {result && (
        <Alert
          color={result.refused.length + result.left.length > 0 ? "yellow" : "teal"}
          variant="outline"
          mt="lg"
          title={t(doneTexts[result.action], { count: result.done.length })}
        >
          <Stack gap="xs" align="flex-start">
            <Refused result={result} />
            <Button size="xs" variant="default" onClick={forget}>
              {t("common.close")}
            </Button>
          </Stack>
        </Alert>
      )}
    </div>
  );
}

const doneTexts: Record<Action, MessageId> = {
  retry: "failures.retried",
  acknowledge: "failures.acknowledged",
  ignore: "failures.ignored",
  read: "failures.markedRead",
};

/** The names of those that were refused, by why. */
function byMessage(refused: Result["refused"]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { item, message } of refused) {
    const names = reasons.get(message) ?? [];
    reasons.set(message, [...names, item.subjectLabel || item.cause]);
  }
  return reasons;
}

function Refused({ result: { refused, left, error } }: { result: Result }) {
  const t = useT();
  return (
    <>
      {refused.length > 0 && (
        <div>
          <Text size="sm">{t("failures.refused", { count: refused.length })}</Text>
          <ul className="plain-list">
            {[...byMessage(refused)].map(([message, names]) => (
              <li key={message}>
                <strong>{message}</strong> {names.join(", ")}
              </li>
            ))}
          </ul>
        </div>
      )}
      {left.length > 0 && (
        <Text size="sm">
          {t("failures.left", { count: left.length })} {errorText(t, error)}
        </Text>
      )}
    </>
  );
}
