import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { DeleteWebhookDocument, RotateWebhookSecretDocument } from "@/gen/documents/webhooks";
import type { WebhookPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { notifyDone } from "@/ui/notify";
import { ShownOnce } from "@/ui/ShownOnce";
import { WebhookDialog } from "./WebhookDialog";

const overlaps = ["0", "3600", "86400", "604800"] as const;
type Overlap = (typeof overlaps)[number];

interface Props {
  webhook: WebhookPartsFragment;
  onGone: () => void;
}

/** Changes a webhook, replaces its secret, or forgets it. */
export function WebhookActions({ webhook, onGone }: Props) {
  const t = useT();
  const [asked, setAsked] = useState<"edit" | "rotate" | "delete" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const remove = useChange(DeleteWebhookDocument);
  const close = () => setAsked(null);
  return (
    <>
      <Button variant="default" onClick={() => setAsked("edit")}>
        {t("common.edit")}
      </Button>
      <Button variant="default" onClick={() => setAsked("rotate")}>
        {t("tokens.rotate")}
      </Button>
      <Button variant="default" onClick={() => setAsked("delete")}>
        {t("channel.delete")}
      </Button>
      {asked === "edit" && <WebhookDialog webhook={webhook} onClose={close} onSaved={close} />}
      <Rotate webhook={webhook} opened={asked === "rotate"} onClose={close} onSecret={setSecret} />
      <ConfirmDialog
        title={t("webhook.deleteAsk", { name: webhook.name })}
        opened={asked === "delete"}
        onClose={close}
        danger
        confirmLabel={t("channel.delete")}
        onConfirm={async () => {
          const { deleteWebhookEndpoint } = await remove.mutateAsync({ input: { id: webhook.id } });
          if (deleteWebhookEndpoint.userErrors.length === 0) {
            notifyDone(t("webhook.deleted"));
            onGone();
          }
          return deleteWebhookEndpoint.userErrors;
        }}
      >
        <Text size="sm">{t("webhook.deleteHint")}</Text>
      </ConfirmDialog>
      {secret !== null && (
        <ShownOnce
          title={t("webhook.secret")}
          hint={t("webhook.secretHint")}
          text={secret}
          copyLabel={t("channel.copySecret")}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}

interface RotateProps {
  webhook: WebhookPartsFragment;
  opened: boolean;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

function Rotate({ webhook, opened, onClose, onSecret }: RotateProps) {
  const t = useT();
  const [overlap, setOverlap] = useState<Overlap>("86400");
  const rotate = useChange(RotateWebhookSecretDocument);
  return (
    <ConfirmDialog
      title={t("webhook.rotateAsk", { name: webhook.name })}
      opened={opened}
      onClose={onClose}
      confirmLabel={t("tokens.rotate")}
      onConfirm={async () => {
        const { rotateWebhookSecret } = await rotate.mutateAsync({
          input: { id: webhook.id, overlapSeconds: Number(overlap) },
        });
        if (rotateWebhookSecret.secret !== null) onSecret(rotateWebhookSecret.secret);
        return rotateWebhookSecret.userErrors;
      }}
    >
      <Text size="sm">{t("webhook.rotateHint")}</Text>
      <Choice
        label={t("tokens.overlap")}
        options={overlaps.map((value) => ({ value, label: t(`tokens.overlap.${value}`) }))}
        value={overlap}
        onChange={(value) => setOverlap(value ?? "86400")}
      />
    </ConfirmDialog>
  );
}
