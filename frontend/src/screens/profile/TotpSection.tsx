import { Button, Group, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import {
  DisableTotpDocument,
  RenewRecoveryCodesDocument,
  SaveAccessRulesDocument,
} from "@/gen/documents/profile";
import type { ProfileQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { FormDialog } from "@/ui/FormDialog";
import { type Refusal, useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";
import { RecoveryCodes } from "./RecoveryCodes";
import { TotpSetup } from "./TotpSetup";

/** One's own second factor, and for an owner whether everybody needs one. */
export function TotpSection({ profile }: { profile: ProfileQuery }) {
  const t = useT();
  const owner = useMay()("OWNER");
  const { totpSince } = profile.viewer.user;
  // The codes are still being shown when the factor is on already.
  const [settingUp, setSettingUp] = useState(totpSince === null);
  return (
    <Section title={t("totp.title")}>
      <Text size="sm">{t("totp.hint")}</Text>
      {settingUp ? (
        <TotpSetup onDone={() => setSettingUp(false)} />
      ) : (
        <TotpOn profile={profile} onOff={() => setSettingUp(true)} />
      )}
      {owner && <Demand required={profile.accessRules.requireTotp} />}
    </Section>
  );
}

function TotpOn({ profile, onOff }: { profile: ProfileQuery; onOff: () => void }) {
  const t = useT();
  const renew = useChange(RenewRecoveryCodesDocument);
  const disable = useChange(DisableTotpDocument);
  const [asked, setAsked] = useState<"renew" | "disable" | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { user, recoveryCodesLeft } = profile.viewer;
  return (
    <>
      <Text size="sm">
        {t("totp.on")} {user.totpSince && <Moment value={user.totpSince} />}
        {". "}
        {t("totp.codesLeft", { count: recoveryCodesLeft })}
      </Text>
      <Group gap="sm">
        <Button variant="default" onClick={() => setAsked("renew")}>
          {t("totp.renew")}
        </Button>
        {!profile.accessRules.requireTotp && (
          <Button variant="default" onClick={() => setAsked("disable")}>
            {t("totp.disable")}
          </Button>
        )}
      </Group>
      {asked === "renew" && (
        <ProofDialog
          title={t("totp.renew")}
          onClose={() => setAsked(null)}
          send={async (code) => {
            const { renewRecoveryCodes } = await renew.mutateAsync({ input: { code } });
            setCodes(renewRecoveryCodes.recoveryCodes);
            return renewRecoveryCodes.userErrors;
          }}
        />
      )}
      {asked === "disable" && (
        <ProofDialog
          title={t("totp.disable")}
          onClose={() => setAsked(null)}
          send={async (code) => {
            const { disableTotp } = await disable.mutateAsync({ input: { code } });
            if (disableTotp.userErrors.length === 0) onOff();
            return disableTotp.userErrors;
          }}
        />
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
    </>
  );
}

interface ProofProps {
  title: string;
  onClose: () => void;
  send: (code: string) => Promise<readonly Refusal[]>;
}

function ProofDialog({ title, onClose, send }: ProofProps) {
  const t = useT();
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const submit = useSubmit(form, async ({ code }) => {
    const refusals = await send(code);
    if (refusals.length === 0) onClose();
    return refusals;
  });
  return (
    <FormDialog title={title} opened onClose={onClose} submitLabel={title} {...submit}>
      <TextInput
        label={t("totp.code")}
        description={t("totp.proofHint")}
        autoComplete="one-time-code"
        required
        data-autofocus
        {...form.getInputProps("code")}
      />
    </FormDialog>
  );
}

function Demand({ required }: { required: boolean }) {
  const t = useT();
  const save = useChange(SaveAccessRulesDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const change = async (requireTotp: boolean) => {
    try {
      const { saveAccessRules } = await save.mutateAsync({ input: { requireTotp } });
      setProblems(saveAccessRules.userErrors.map(({ message }) => message));
      if (saveAccessRules.userErrors.length === 0) notifyDone(t("totp.ruleSaved"));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <>
      <Switch
        label={t("totp.require")}
        description={t("totp.requireHint")}
        checked={required}
        disabled={save.isPending}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
      <Problems messages={problems} />
    </>
  );
}
