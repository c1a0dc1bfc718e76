import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { CredentialPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";

/** What may be known of a secret that is kept. */
export type Stored = Pick<CredentialPartsFragment, "set" | "setAt" | "hint"> & {
  setBy: { name: string } | null;
};

interface Props {
  label: string;
  description?: string;
  credential: Stored | undefined;
  /** Empty keeps what is stored. */
  value: string;
  onChange: (value: string) => void;
  error?: React.ReactNode;
  disabled?: boolean;
}

/**
 * A credential, which can be written but never read back: what is known of it, and
 * an input only when it is missing or on purpose to be replaced.
 */
export function SecretInput({ credential, value, onChange, disabled, ...props }: Props) {
  const t = useT();
  const [replacing, setReplacing] = useState(false);
  const stored = credential?.set === true;
  if (stored && !replacing) {
    return (
      <Stack gap={2}>
        <Text size="sm" fw={500}>
          {props.label}
        </Text>
        <Group gap="sm">
          <Text size="sm">
            <Known credential={credential} />
          </Text>
          {!disabled && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setReplacing(true)}
              aria-label={t("secret.replaceNamed", { name: props.label })}
            >
              {t("secret.replace")}
            </Button>
          )}
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap={4}>
      <PasswordInput
        {...props}
        value={value}
        disabled={disabled}
        autoComplete="off"
        data-1p-ignore
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t("secret.show") }}
        description={stored ? t("secret.blankKeeps") : props.description}
      />
      {stored && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              onChange("");
              setReplacing(false);
            }}
          >
            {t("secret.keep")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Known({ credential }: { credential: Stored }) {
  const t = useT();
  const format = useFormat();
  const when = credential.setAt ? format.moment(credential.setAt) : "";
  const parts = [
    t("secret.set", { when, who: credential.setBy?.name ?? t("secret.somebody") }),
    credential.hint ? t("secret.hint", { hint: credential.hint }) : "",
  ];
  return parts.filter(Boolean).join(", ");
}
