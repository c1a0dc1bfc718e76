import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { RevokeApiTokenDocument, RotateApiTokenDocument } from "@/gen/documents/tokens";
import type { TokenPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { notifyDone } from "@/ui/notify";

const overlaps = ["0", "3600", "86400", "604800"] as const;
type Overlap = (typeof overlaps)[number];

interface Props {
  token: TokenPartsFragment;
  onSecret: (secret: string) => void;
}

/** Replaces a token's secret, or ends the token. */
export function TokenActions({ token, onSecret }: Props) {
  const t = useT();
  const [asked, setAsked] = useState<"rotate" | "revoke" | null>(null);
  const [overlap, setOverlap] = useState<Overlap>("86400");
  const rotate = useChange(RotateApiTokenDocument);
  const revoke = useChange(RevokeApiTokenDocument);
  const close = () => setAsked(null);
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("tokens.rotateNamed", { name: token.name })}
        onClick={() => setAsked("rotate")}
      >
        {t("tokens.rotate")}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("tokens.revokeNamed", { name: token.name })}
        onClick={() => setAsked("revoke")}
      >
        {t("tokens.revoke")}
      </Button>
      <ConfirmDialog
        title={t("tokens.rotateNamed", { name: token.name })}
        opened={asked === "rotate"}
        onClose={close}
        confirmLabel={t("tokens.rotate")}
        onConfirm={async () => {
          const { rotateApiToken } = await rotate.mutateAsync({
            input: { id: token.id, overlapSeconds: Number(overlap), expiresAt: null },
          });
          if (rotateApiToken.secret !== null) onSecret(rotateApiToken.secret);
          return rotateApiToken.userErrors;
        }}
      >
        <Text size="sm">{t("tokens.rotateHint")}</Text>
        <Choice
          label={t("tokens.overlap")}
          options={overlaps.map((value) => ({ value, label: t(`tokens.overlap.${value}`) }))}
          value={overlap}
          onChange={(value) => setOverlap(value ?? "86400")}
        />
      </ConfirmDialog>
      <ConfirmDialog
        title={t("tokens.revokeNamed", { name: token.name })}
        opened={asked === "revoke"}
        onClose={close}
        confirmLabel={t("tokens.revoke")}
        danger
        onConfirm={async () => {
          const { revokeApiToken } = await revoke.mutateAsync({ input: { id: token.id } });
          if (revokeApiToken.userErrors.length === 0) notifyDone(t("tokens.revoked"));
          return revokeApiToken.userErrors;
        }}
      >
        <Text size="sm">{t("tokens.revokeHint")}</Text>
      </ConfirmDialog>
    </Group>
  );
}
