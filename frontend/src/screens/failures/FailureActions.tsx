import { Button, Group } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import type { FailurePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { LinkButton } from "@/ui/links";
import { IgnoreDialog } from "./IgnoreDialog";
import { mendTarget } from "./mend";
import { type Handling, isOpen, useHandling } from "./useHandling";

interface Props {
  failure: FailurePartsFragment;
  /** What does it; a part of its own when absent. */
  handling?: Handling;
  /** Whether the first thing to do stands out, as on a page of its own. */
  prominent?: boolean;
}

/** The way to what mends it; tries again, marks as seen, or leaves it with a reason. */
export function FailureActions({ failure, handling, prominent = false }: Props) {
  const own = useHandling();
  const { mayAct, progress, run } = handling ?? own;
  const t = useT();
  const [ignoring, setIgnoring] = useState(false);
  if (failure.state === "RESOLVED") return null;
  const first = prominent ? "filled" : "light";
  if (!mayAct) return <MendButton failure={failure} variant={first} />;

  const about = failure.subjectLabel;
  const named = (action: string) => t("failure.actionAbout", { action, about });
  return (
    <Group gap="xs">
      <MendButton failure={failure} variant={first} />
      {failure.operation && (
        <Button
          size="xs"
          variant={failure.mendPath ? "default" : first}
          disabled={progress !== null}
          onClick={() => run("retry", [failure])}
          aria-label={named(t("failure.retry"))}
        >
          {t("failure.retry")}
        </Button>
      )}
      {failure.handledBy === null && isOpen(failure) && (
        <Button
          size="xs"
          variant="default"
          disabled={progress !== null}
          onClick={() => run("acknowledge", [failure])}
          aria-label={named(t("failure.acknowledge"))}
        >
          {t("failure.acknowledge")}
        </Button>
      )}
      {isOpen(failure) && (
        <Button
          size="xs"
          variant="default"
          onClick={() => setIgnoring(true)}
          aria-label={named(t("failure.ignore"))}
        >
          {t("failure.ignore")}
        </Button>
      )}
      {ignoring && (
        <IgnoreDialog
          failures={[failure]}
          onIgnore={(failures, reason) => run("ignore", failures, reason)}
          onClose={() => setIgnoring(false)}
        />
      )}
    </Group>
  );
}

/** The way to the page on which the failure is mended, unless it is this one. */
function MendButton({ failure, variant }: { failure: FailurePartsFragment; variant: string }) {
  const t = useT();
  const here = useLocation({ select: ({ pathname }) => pathname });
  const { mendPath, subjectLabel } = failure;
  if (mendPath === null || mendPath === here) return null;
  return (
    <LinkButton
      {...mendTarget(mendPath)}
      size="xs"
      variant={variant}
      aria-label={t("failure.actionAbout", { action: t("failure.mend"), about: subjectLabel })}
    >
      {t("failure.mend")}
    </LinkButton>
  );
}
