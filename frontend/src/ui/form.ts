import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { useT } from "@/i18n";
import { errorText } from "./Feedback";

/** What an input of a form is given: value, error and what to do on change. */
export type InputProps = ReturnType<UseFormReturnType<Record<string, unknown>>["getInputProps"]>;

/** Why the server refused an input. */
export interface Refusal {
  field: string[];
  message: string;
}

/** The refusals that belong to an input of the form, and the sentences that belong to none. */
export function sortRefusals(values: unknown, refusals: readonly Refusal[]) {
  const fields: FormErrors = {};
  const general: string[] = [];
  for (const { field, message } of refusals) {
    const path = field[0] === "input" ? field.slice(1) : field;
    const known = knownPath(values, path);
    if (known === null) general.push(message);
    else fields[known] = message;
  }
  return { fields, general };
}

/** The longest beginning of the path that leads to an input; null when none does. */
function knownPath(values: unknown, path: string[]): string | null {
  let at: unknown = values;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !(step in at)) return null;
    at = (at as Record<string, unknown>)[step];
  }
  const isInput = path.length > 0 && (typeof at !== "object" || at === null);
  return isInput ? path.join(".") : null;
}

/**
 * Sends a form: refusals go to their inputs, the first of which gets the focus;
 * what belongs to none is returned as problems to show above the buttons.
 */
export function useSubmit<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  send: (values: Values) => Promise<readonly Refusal[]>,
  onRefused?: (errors: FormErrors) => void,
) {
  const t = useT();
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  const focusFirst = (errors: FormErrors) => {
    const path = Object.keys(errors)[0];
    if (path === undefined) return;
    onRefused?.(errors);
    // After the screen has drawn: the input may have been on a hidden tab.
    setTimeout(() => form.getInputNode(path)?.focus());
  };

  const onSubmit = form.onSubmit(async (values) => {
    setBusy(true);
    setProblems([]);
    try {
      const { fields, general } = sortRefusals(values, await send(values));
      form.setErrors(fields);
      setProblems(general);
      focusFirst(fields);
    } catch (error) {
      setProblems([errorText(t, error)]);
    } finally {
      setBusy(false);
    }
  }, focusFirst);

  return { onSubmit, busy, problems, setProblems };
}
