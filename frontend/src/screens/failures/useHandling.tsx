import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay, useShell } from "@/api/viewer";
import {
  AcknowledgeFailuresDocument,
  MarkFailuresReadDocument,
  RetryFailuresDocument,
} from "@/gen/documents/failures";
import type { FailurePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { inChunks, type Outcome, type Progress } from "./many";

export type Action = "retry" | "acknowledge" | "ignore" | "read";

/** What an action needs to know of a failure. */
export type Handled = Pick<FailurePartsFragment, "id" | "subjectLabel" | "cause" | "state">;

/** What was done with several failures. */
export interface Result extends Outcome<Handled> {
  action: Action;
}

/** Whether something can still be done about a failure. */
export function isOpen({ state }: Pick<Handled, "state">): boolean {
  return state === "OPEN" || state === "RETRYING";
}

/** Does what can be done with failures, one or many, and tells what became of it. */
export function useHandling() {
  const t = useT();
  const may = useMay();
  const { unreadFailures } = useShell().viewer;
  const retries = useChange(RetryFailuresDocument);
  const acknowledges = useChange(AcknowledgeFailuresDocument);
  const reads = useChange(MarkFailuresReadDocument);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [result, setResult] = useState<Result | null>(null);

  const send = (action: Action, reason?: string) => async (ids: string[]) => {
    switch (action) {
      case "retry":
        return (await retries.mutateAsync({ input: { ids } })).retryFailures.userErrors;
      case "read":
        return (await reads.mutateAsync({ input: { ids } })).markFailuresRead.userErrors;
      default: {
        const input = { ids, ignoreReason: reason };
        return (await acknowledges.mutateAsync({ input })).acknowledgeFailures.userErrors;
      }
    }
  };

  const tellOne = (action: Action, { refused, left, error }: Outcome<Handled>) => {
    const [refusal] = refused;
    if (refusal) notifyFailure(`refused-${refusal.item.id}`, t("form.refused"), refusal.message);
    else if (left[0]) notifyFailure(`refused-${left[0].id}`, t("error.title"), errorText(t, error));
    else if (action !== "read") notifyDone(t(`failure.${action}.done`));
  };

  const run = async (action: Action, failures: readonly Handled[], reason?: string) => {
    if (failures.length === 0 || progress !== null) return;
    setResult(null);
    const over = action === "read" ? [] : failures.filter(isOver);
    const open = failures.filter((failure) => !over.includes(failure));
    setProgress({ done: 0, total: open.length });
    const outcome = await inChunks(open, send(action, reason), setProgress);
    setProgress(null);
    for (const item of over) outcome.refused.push({ item, message: t("failure.alreadyOver") });
    if (failures.length === 1) tellOne(action, outcome);
    else setResult({ action, ...outcome });
  };

  return {
    mayAct: may("OPERATOR"),
    anyUnread: unreadFailures > 0,
    progress,
    result,
    forget: () => setResult(null),
    run,
  };
}

export type Handling = ReturnType<typeof useHandling>;

function isOver({ state }: Handled): boolean {
  return state === "RESOLVED";
}
