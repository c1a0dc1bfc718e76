import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { SaveConvenioDocument } from "@/gen/documents/convenios";
import type { ConvenioPartsFragment, ConveniosQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { bankLabel } from "@/ui/bank";
import { Choice } from "@/ui/Choice";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

interface Props {
  convenio: ConvenioPartsFragment | null;
  banks: ConveniosQuery["banks"];
  accounts: ConveniosQuery["accounts"];
  onClose: () => void;
}

export function ConvenioDialog({ convenio, banks, accounts, onClose }: Props) {
  const t = useT();
  const save = useChange(SaveConvenioDocument);
  const form = useForm({
    initialValues: {
      name: convenio?.name ?? "",
      code: convenio?.code ?? "",
      bankCode: convenio?.bank.code ?? "0",
      accountId: convenio?.account.id ?? accounts[0]?.id ?? "",
    },
    validate: {
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      code: (value) => (value.trim() === "" ? t("form.required") : null),
    },
  });
  const submit = useSubmit(form, async (values) => {
    const { saveConvenio } = await save.mutateAsync({ input: { id: convenio?.id, ...values } });
    if (saveConvenio.userErrors.length === 0) {
      notifyDone(t("convenios.saved"));
      onClose();
    }
    return saveConvenio.userErrors;
  });
  return (
    <FormDialog
      title={t(convenio ? "convenios.edit" : "convenios.new")}
      opened
      onClose={onClose}
      {...submit}
    >
      <TextInput label={t("common.name")} required data-autofocus {...form.getInputProps("name")} />
      <TextInput label={t("convenio.code")} required {...form.getInputProps("code")} />
      <Choice
        label={t("account.bank")}
        description={t("convenio.bankHint")}
        options={banks.map((bank) => ({ value: bank.code, label: bankLabel(bank) }))}
        {...form.getInputProps("bankCode")}
      />
      <Choice
        label={t("convenio.account")}
        options={accounts.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps("accountId")}
      />
    </FormDialog>
  );
}
