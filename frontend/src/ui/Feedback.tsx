import { Alert, Button, Card, Group, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { RequestError } from "@/api/request";
import { type Translate, useT } from "@/i18n";

/** What went wrong with a request, as a sentence with its id for support. */
export function errorText(t: Translate, error: unknown): string {
  if (!(error instanceof RequestError)) {
    return error instanceof Error && error.message !== "" ? error.message : t("error.unknown");
  }
  const text =
    error.code === "OFFLINE"
      ? t("error.offline")
      : error.code === "UNAUTHENTICATED"
        ? t("error.unauthenticated")
        : error.code === "FORBIDDEN"
          ? t("error.forbidden")
          : error.message;
  return error.id === null ? text : `${text} (${t("error.id", { id: error.id })})`;
}

export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  return (
    <Alert color="red" role="alert" title={t("error.title")} variant="outline">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{errorText(t, error)}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("common.tryAgain")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Sentences that explain why a form was refused as a whole. */
export function Problems({ messages }: { messages: string[] }) {
  const t = useT();
  if (messages.length === 0) return null;
  return (
    <Alert color="red" role="alert" title={t("form.refused")} variant="outline">
      {messages.map((message) => (
        <Text size="sm" key={message}>
          {message}
        </Text>
      ))}
    </Alert>
  );
}

/** What to do where there is nothing yet. */
export function Empty({
  title,
  hint,
  action,
}: {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Card withBorder padding="xl">
      <Stack align="center" gap="xs">
        <Text fw={600} ta="center">
          {title}
        </Text>
        {hint && (
          <Text c="dimmed" ta="center" maw="34rem">
            {hint}
          </Text>
        )}
        {action && <Group mt="sm">{action}</Group>}
      </Stack>
    </Card>
  );
}

/** Stands in for what is still loading. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const t = useT();
  return (
    <Stack gap="sm" role="status" aria-label={t("common.loading")}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <Skeleton key={line} height={28} />
      ))}
    </Stack>
  );
}

interface Loadable<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** Shows what was loaded, or why it was not. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: Loadable<Data>;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorNotice error={query.error} onRetry={() => query.refetch()} />;
  return <Loading />;
}
