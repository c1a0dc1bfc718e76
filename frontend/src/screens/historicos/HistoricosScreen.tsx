import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useChange, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { HistoricosDocument, SaveHistoricoDocument } from "@/gen/documents/historicos";
import type { HistoricoKind, HistoricoPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";

const kinds = ["RECEIPT", "ENTRY", "FEE"] as const satisfies readonly HistoricoKind[];

/** The texts that entries carry. */
export function HistoricosScreen() {
  const t = useT();
  const mayEdit = useMay()("FINANCE");
  const query = useLoad(HistoricosDocument, {});
  const [edited, setEdited] = useState<HistoricoPartsFragment | "new" | null>(null);
  const add = mayEdit && <Button onClick={() => setEdited("new")}>{t("historicos.new")}</Button>;
  return (
    <Page title={t("historicos.title")} hint={t("historicos.hint")} actions={add}>
      <Loaded query={query}>
        {({ historicos }) =>
          historicos.length === 0 ? (
            <Empty title={t("historicos.empty")} hint={t("historicos.emptyHint")} />
          ) : (
            <DataTable
              label={t("historicos.title")}
              rows={historicos}
              rowKey={(historico) => historico.id}
              columns={[
                { key: "code", header: t("common.code"), cell: (historico) => historico.code },
                {
                  key: "text",
                  header: t("historico.text"),
                  wraps: true,
                  cell: (historico) => historico.text,
                },
                {
                  key: "kind",
                  header: t("historico.kind"),
                  cell: (historico) => t(`historico.kind.${historico.kind}`),
                },
                {
                  key: "edit",
                  header: t("common.actions"),
                  cell: (historico) =>
                    mayEdit && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={t("common.editNamed", { name: historico.text })}
                        onClick={() => setEdited(historico)}
                      >
                        {t("common.edit")}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {edited && (
        <HistoricoDialog
          historico={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Page>
  );
}

interface DialogProps {
  historico: HistoricoPartsFragment | null;
  onClose: () => void;
}

function HistoricoDialog({ historico, onClose }: DialogProps) {
  const t = useT();
  const save = useChange(SaveHistoricoDocument);
  const form = useForm<{ code: string; text: string; kind: HistoricoKind }>({
    initialValues: {
      code: historico?.code ?? "",
      text: historico?.text ?? "",
      kind: historico?.kind ?? "RECEIPT",
    },
    validate: {
      code: (value) => (value.trim() === "" ? t("form.required") : null),
      text: (value) => (value.trim() === "" ? t("form.required") : null),
    },
  });
  const submit = useSubmit(form, async ({ code, text, kind }) => {
    const { saveHistorico } = await save.mutateAsync({
      input: { id: historico?.id, code: code.trim(), text: text.trim(), kind },
    });
    if (saveHistorico.userErrors.length === 0) {
      notifyDone(t("historicos.saved"));
      onClose();
    }
    return saveHistorico.userErrors;
  });
  return (
    <FormDialog
      title={t(historico ? "historicos.edit" : "historicos.new")}
      opened
      onClose={onClose}
      {...submit}
    >
      <TextInput label={t("common.code")} required data-autofocus {...form.getInputProps("code")} />
      <TextInput label={t("historico.text")} required {...form.getInputProps("text")} />
      <Choice
        label={t("historico.kind")}
        options={kinds.map((value) => ({ value, label: t(`historico.kind.${value}`) }))}
        {...form.getInputProps("kind")}
      />
    </FormDialog>
  );
}
