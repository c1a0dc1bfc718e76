import { Button, Group, Input, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { request } from "@/api/request";
import { StartBatchDocument } from "@/gen/documents/batches";
import { CustomerChoicesDocument } from "@/gen/documents/customers";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { errorText, Problems } from "@/ui/Feedback";
import { type Refusal, useSubmit } from "@/ui/form";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { TermsField } from "../payment/TermsField";
import { noTerms, termParts, termsInput, termsValidation } from "../payment/terms";
import { type CheckedRow, findCustomers } from "./customers";
import { IssuePreview } from "./IssuePreview";
import { mostRows, parseTable } from "./table";

const methods = ["BOLETO", "PIX", "LINK"] as const;
type BatchMethod = (typeof methods)[number];

async function searchCustomers(search: string) {
  return (await request(CustomerChoicesDocument, { search })).customers.nodes;
}

/** The refusals that belong to a row, by its place, and the others. */
function sortByRow(refusals: readonly Refusal[]) {
  const rows = new Map<number, string[]>();
  const others: Refusal[] = [];
  for (const refusal of refusals) {
    const [list, place] = refusal.field[0] === "input" ? refusal.field.slice(1) : refusal.field;
    if (list !== "charges" || place === undefined) others.push(refusal);
    else rows.set(Number(place), [...(rows.get(Number(place)) ?? []), refusal.message]);
  }
  return { rows, others };
}

/** Many charges at once, from a table that is pasted or read from a file. */
export function IssueBatchScreen() {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const start = useChange(StartBatchDocument);
  const [checked, setChecked] = useState<CheckedRow[] | null>(null);
  const [refused, setRefused] = useState<Map<number, string[]>>(new Map());
  const [checking, setChecking] = useState(false);
  const form = useForm({
    initialValues: { table: "", paymentMethod: "BOLETO" as BatchMethod, terms: noTerms },
    validate: { terms: termsValidation(t) },
    onValuesChange: ({ table }, before) => {
      if (table !== before.table) setChecked(null);
    },
  });
  const { table, paymentMethod, terms } = form.values;
  const parts = termParts(paymentMethod, false, "ALL");

  const check = async () => {
    const rows = parseTable(table, today());
    if (rows.length === 0 || rows.length > mostRows) {
      form.setFieldError("table", t("issue.rows", { most: mostRows }));
      return;
    }
    setChecking(true);
    setRefused(new Map());
    try {
      setChecked(await findCustomers(rows, searchCustomers));
    } catch (error) {
      form.setFieldError("table", errorText(t, error));
    } finally {
      setChecking(false);
    }
  };
  const submit = useSubmit(form, async (values) => {
    if (checked === null) return [];
    const { message: _, ...common } = termsInput(values.terms, parts);
    const { startBatch } = await start.mutateAsync({
      input: {
        action: "ISSUE",
        charges: checked.map((row) => ({
          customerId: row.found?.id,
          description: row.description,
          amountCents: row.amountCents,
          dueDate: row.dueDate,
          paymentMethod: values.paymentMethod,
          terms: common,
        })),
        idempotencyKey,
      },
    });
    if (startBatch.batch) {
      await navigate({ to: "/batches/$batchId", params: { batchId: startBatch.batch.id } });
    }
    const { rows, others } = sortByRow(startBatch.userErrors);
    setRefused(rows);
    return others;
  });
  const ready = checked?.every(({ problems }) => problems.length === 0) === true;

  return (
    <Page
      title={t("batch.issue")}
      hint={t("issue.hint")}
      back={
        <AppLink to="/batches" size="sm">
          {t("batches.title")}
        </AppLink>
      }
    >
      <form onSubmit={submit.onSubmit} noValidate>
        <Stack gap="lg" maw="60rem">
          <Section title={t("issue.table")}>
            <Textarea
              label={t("issue.paste")}
              description={t("issue.pasteHint")}
              placeholder={t("issue.example")}
              rows={8}
              classNames={{ input: "digits" }}
              {...form.getInputProps("table")}
            />
            <TableFile onRead={(text) => form.setFieldValue("table", text)} />
          </Section>
          <Section title={t("sale.payment")}>
            <Choice
              label={t("sale.method")}
              options={methods.map((value) => ({ value, label: t(`method.${value}`) }))}
              {...form.getInputProps("paymentMethod")}
            />
            <TermsField
              values={terms}
              parts={parts}
              input={(name) => form.getInputProps(`terms.${name}`)}
              withoutMessage
            />
          </Section>
          <Group>
            <Button
              variant={ready ? "default" : "filled"}
              loading={checking}
              disabled={table.trim() === ""}
              onClick={check}
            >
              {t("issue.check")}
            </Button>
          </Group>
          {checked && <IssuePreview rows={checked} refused={refused} />}
          <Problems messages={submit.problems} />
          {checked && (
            <Group>
              <Button type="submit" loading={submit.busy} disabled={!ready}>
                {t("issue.submit", { count: checked.length })}
              </Button>
              <LinkButton to="/batches" variant="default">
                {t("common.cancel")}
              </LinkButton>
              {!ready && <Text size="sm">{t("issue.fixFirst")}</Text>}
            </Group>
          )}
        </Stack>
      </form>
    </Page>
  );
}

function TableFile({ onRead }: { onRead: (text: string) => void }) {
  const t = useT();
  return (
    <Input.Wrapper label={t("issue.file")} description={t("issue.fileHint")} id="issue-file">
      <input
        id="issue-file"
        className="file-input"
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        onChange={async (event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onRead(await file.text());
        }}
      />
    </Input.Wrapper>
  );
}
