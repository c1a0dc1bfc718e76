import { useState } from "react";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import type { Refusal } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

/** Saves a row of a mapping as soon as it is chosen; a refusal stays beside its row. */
export function useMapping() {
  const t = useT();
  const [refused, setRefused] = useState<Record<string, string>>({});
  const save = async (row: string, send: () => Promise<readonly Refusal[]>) => {
    let message = "";
    try {
      message = (await send()).map((refusal) => refusal.message).join(" ");
    } catch (error) {
      message = errorText(t, error);
    }
    setRefused((before) => ({ ...before, [row]: message }));
    if (message === "") notifyDone(t("vhsys.mapped"));
  };
  return { refused, save };
}
