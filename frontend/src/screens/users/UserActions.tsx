import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { ResetPasswordDocument, ResetTotpDocument } from "@/gen/documents/users";
import type { UserPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { notifyDone } from "@/ui/notify";

interface Props {
  user: UserPartsFragment;
  onLink: (link: string) => void;
}

/** Helps somebody who has forgotten the password, or lost the authenticator. */
export function UserActions({ user, onLink }: Props) {
  const t = useT();
  const [asked, setAsked] = useState<"password" | "totp" | null>(null);
  const resetPassword = useChange(ResetPasswordDocument);
  const resetTotp = useChange(ResetTotpDocument);
  const input = { userId: user.id };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("users.resetPasswordNamed", { name: user.name })}
        onClick={() => setAsked("password")}
      >
        {t("users.resetPassword")}
      </Button>
      {user.totpSince !== null && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t("users.resetTotpNamed", { name: user.name })}
          onClick={() => setAsked("totp")}
        >
          {t("users.resetTotp")}
        </Button>
      )}
      <ConfirmDialog
        title={t("users.resetPasswordNamed", { name: user.name })}
        opened={asked === "password"}
        onClose={() => setAsked(null)}
        confirmLabel={t("users.resetPassword")}
        onConfirm={async () => {
          const { resetPassword: made } = await resetPassword.mutateAsync({ input });
          if (made.passwordLink !== null) onLink(made.passwordLink);
          return made.userErrors;
        }}
      >
        <Text size="sm">{t("users.resetPasswordHint")}</Text>
      </ConfirmDialog>
      <ConfirmDialog
        title={t("users.resetTotpNamed", { name: user.name })}
        opened={asked === "totp"}
        onClose={() => setAsked(null)}
        confirmLabel={t("users.resetTotp")}
        danger
        onConfirm={async () => {
          const { resetTotp: done } = await resetTotp.mutateAsync({ input });
          if (done.userErrors.length === 0) notifyDone(t("users.saved"));
          return done.userErrors;
        }}
      >
        <Text size="sm">{t("users.resetTotpHint")}</Text>
      </ConfirmDialog>
    </>
  );
}
