import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { SaveAccountDocument } from "@/gen/documents/accounts";
import type { AccountPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { bankLabel } from "@/ui/bank";
import { Choice } from "@/ui/Choice";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

interface Props {
  account: AccountPartsFragment | null;
  banks: { code: string; name: string }[];
  onClose: () => void;
}

export function AccountDialog({ account, banks, onClose }: Props) {
  const t = useT();
  const save = useChange(SaveAccountDocument);
  const form = useForm({
    initialValues: {
      name: account?.name ?? "",
      bankCode: account?.bank.code ?? banks[0]?.code ?? "",
      branch: account?.branch ?? "",
      accountNumber: account?.accountNumber ?? "",
    },
    validate: { name: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const submit = useSubmit(form, async (values) => {
    const { saveAccount } = await save.mutateAsync({ input: { id: account?.id, ...values } });
    if (saveAccount.userErrors.length === 0) {
      notifyDone(t("accounts.saved"));
      onClose();
    }
    return saveAccount.userErrors;
  });
  return (
    <FormDialog
      title={t(account ? "accounts.edit" : "accounts.new")}
      opened
      onClose={onClose}
      {...submit}
    >
      <TextInput label={t("common.name")} required data-autofocus {...form.getInputProps("name")} />
      <Choice
        label={t("account.bank")}
        options={banks.map((bank) => ({ value: bank.code, label: bankLabel(bank) }))}
        {...form.getInputProps("bankCode")}
      />
      <TextInput
        label={t("account.branch")}
        description={t("account.walletHint")}
        {...form.getInputProps("branch")}
      />
      <TextInput label={t("account.number")} {...form.getInputProps("accountNumber")} />
    </FormDialog>
  );
}
