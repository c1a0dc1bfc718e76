import { Alert, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { FailurePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { AppLink } from "@/ui/links";
import { Status } from "@/ui/Status";
import { FailureActions } from "./FailureActions";

/** An open failure, on the page of what it is about. */
export function FailureNotice({
  failure,
  children,
}: {
  failure: FailurePartsFragment;
  /** The way to what is to be corrected. */
  children?: ReactNode;
}) {
  const t = useT();
  return (
    <Alert color="red" variant="outline" title={t("failure.needsAttention")}>
      <Stack gap="xs">
        <Group gap="sm">
          <Text fw={500}>{failure.cause}</Text>
          <Status of="failure" value={failure.state} />
        </Group>
        <Text size="sm">{failure.remedy}</Text>
        <ProviderWords failure={failure} />
        {children}
        <FailureActions failure={failure} />
        <AppLink to="/failures/$failureId" params={{ failureId: failure.id }} size="sm">
          {t("failure.details")}
        </AppLink>
      </Stack>
    </Alert>
  );
}

/** The provider's own code and text, for whoever calls its support. */
export function ProviderWords({ failure }: { failure: FailurePartsFragment }) {
  const t = useT();
  if (failure.providerCode === null && failure.providerText === null) return null;
  return (
    <Text size="sm" c="dimmed" className="digits">
      {t("failure.providerSaid")}{" "}
      {[failure.providerCode, failure.providerText].filter(Boolean).join(" · ")}
    </Text>
  );
}
