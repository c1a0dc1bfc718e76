import {
  Alert,
  Button,
  Checkbox,
  Group,
  Input,
  Progress,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { refetchAll } from "@/api/cache";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { csv, saveFile } from "@/ui/csv";
import { type Column, DataTable } from "@/ui/DataTable";
import { errorText, Problems } from "@/ui/Feedback";
import { LinkButton } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { type ImportKind, importKinds } from "./search";
import { type ImportRow, type ImportTable, model, mostRows, readImport } from "./table";
import { type ImportState, type RowResult, useImport } from "./useImport";

interface Props {
  kind: ImportKind;
  onKind: (kind: ImportKind) => void;
}

/** Customers, products or sales from a table: checked first, imported after. */
export function ImportScreen({ kind, onKind }: Props) {
  const t = useT();
  return (
    <Page title={t("import.title")} hint={t("import.hint")}>
      <Choice
        label={t("import.what")}
        options={importKinds.map((value) => ({ value, label: t(`import.kind.${value}`) }))}
        value={kind}
        onChange={(value) => value && onKind(value)}
        maw={280}
      />
      <ImportForm key={kind} kind={kind} />
    </Page>
  );
}

function ImportForm({ kind }: { kind: ImportKind }) {
  const t = useT();
  const cache = useQueryClient();
  const [text, setText] = useState("");
  const [updateExisting, setUpdateExisting] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const table = useMemo(() => readImport(kind, text), [kind, text]);
  const { state, run, stop, clear } = useImport(kind);
  const edit = (next: string) => {
    setText(next);
    setProblem(null);
    clear();
  };
  const refusal = text.trim() === "" ? null : tableProblem(t, table);
  const fine = table.rows.filter(({ problems }) => problems.length === 0);
  const checked = state !== null && !state.running && state.dryRun && state.done === state.total;
  const ready =
    state?.results.filter(({ outcome }) => outcome === "CREATED" || outcome === "UPDATED") ?? [];
  const begin = async (rows: ImportRow[], dryRun: boolean) => {
    setProblem(null);
    try {
      const results = await run(rows, { dryRun, updateExisting });
      if (!dryRun) {
        notifyDone(
          t("import.done", {
            count: results.filter(({ outcome }) => outcome !== "REFUSED").length,
          }),
        );
        await refetchAll(cache);
      }
    } catch (error) {
      setProblem(errorText(t, error));
    }
  };
  return (
    <Stack gap="lg" maw="60rem">
      <Section title={t("issue.table")}>
        <Group>
          <Button
            variant="default"
            onClick={() => saveFile(`${t(`import.kind.${kind}`)}.csv`, csv(model(kind)))}
          >
            {t("import.model")}
          </Button>
        </Group>
        <Textarea
          label={t("issue.paste")}
          description={t("import.pasteHint", { most: mostRows })}
          rows={8}
          classNames={{ input: "digits" }}
          value={text}
          error={refusal}
          onChange={(event) => edit(event.currentTarget.value)}
        />
        <Input.Wrapper label={t("issue.file")} description={t("issue.fileHint")} id="import-file">
          <input
            id="import-file"
            className="file-input"
            type="file"
            accept=".csv,.tsv,.txt,text/csv,text/plain"
            onChange={async (event) => {
              const file = event.currentTarget.files?.[0];
              if (file) edit(await file.text());
            }}
          />
        </Input.Wrapper>
        {kind !== "sales" && (
          <Checkbox
            label={t("import.update")}
            checked={updateExisting}
            onChange={(event) => {
              setUpdateExisting(event.currentTarget.checked);
              clear();
            }}
          />
        )}
        {table.unknown.length > 0 && table.missing.length === 0 && (
          <Text size="sm">{t("import.unknown", { titles: table.unknown.join(", ") })}</Text>
        )}
      </Section>
      <Group>
        <Button
          variant={checked ? "default" : "filled"}
          disabled={refusal !== null || table.rows.length === 0}
          loading={state?.running === true && state.dryRun}
          onClick={() => begin(fine, true)}
        >
          {t("issue.check")}
        </Button>
      </Group>
      <Problems messages={problem === null ? [] : [problem]} />
      {state && (
        <Outcome
          kind={kind}
          state={state}
          wrong={table.rows.filter(({ problems }) => problems.length > 0)}
          titles={table.titles}
          onStop={stop}
        />
      )}
      {checked && (
        <Group>
          <Button disabled={ready.length === 0} onClick={() => setAsking(true)}>
            {t("import.submit", { count: ready.length })}
          </Button>
          {ready.length < table.rows.length && <Text size="sm">{t("import.othersStay")}</Text>}
        </Group>
      )}
      <ConfirmDialog
        title={t("import.ask", { count: ready.length })}
        opened={asking}
        confirmLabel={t("import.submit", { count: ready.length })}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          void begin(
            ready.map(({ row }) => row),
            false,
          );
          return [];
        }}
      >
        <Text>{t(`import.askHint.${kind}`)}</Text>
      </ConfirmDialog>
    </Stack>
  );
}

type Translate = ReturnType<typeof useT>;

function tableProblem(t: Translate, { rows, missing, titles }: ImportTable): string | null {
  if (missing.length > 0)
    return t("import.missing", { titles: missing.join(", "), found: titles.join(", ") });
  if (rows.length === 0 || rows.length > mostRows) return t("issue.rows", { most: mostRows });
  return null;
}

interface OutcomeProps {
  kind: ImportKind;
  state: ImportState;
  /** The rows that were not sent, because a cell can't be read. */
  wrong: ImportRow[];
  titles: string[];
  onStop: () => void;
}

const mostShown = 50;

interface WrongRow {
  row: ImportRow;
  messages: string[];
}

/** How far it is, what became of the rows, and what is wrong with which. */
function Outcome({ kind, state, wrong, titles, onStop }: OutcomeProps) {
  const t = useT();
  const { done, total, running, dryRun, results } = state;
  const count = (outcome: RowResult["outcome"]) =>
    results.filter((one) => one.outcome === outcome).length;
  const refused: WrongRow[] = [
    ...(dryRun
      ? wrong.map((row) => ({
          row,
          messages: row.problems.map(({ title, problem }) =>
            t(`import.problem.${problem}`, { title }),
          ),
        }))
      : []),
    ...results.filter(({ outcome }) => outcome === "REFUSED"),
  ].sort((a, b) => a.row.line - b.row.line);
  const saveErrors = () =>
    saveFile(
      `${t("import.errorsFile")}.csv`,
      csv([
        [t("issue.line"), t("import.error"), ...titles],
        ...refused.map(({ row, messages }) => [String(row.line), messages.join(" "), ...row.cells]),
      ]),
    );
  const columns: Column<WrongRow>[] = [
    { key: "line", header: t("issue.line"), cell: ({ row }) => row.line },
    {
      key: "error",
      header: t("import.error"),
      wraps: true,
      cell: ({ messages }) => messages.join(" "),
    },
    {
      key: "cells",
      header: t("import.cells"),
      wraps: true,
      cell: ({ row }) => row.cells.filter(Boolean).join(" · "),
    },
  ];
  return (
    <Section title={t(dryRun ? "import.check" : "import.result")}>
      {running && (
        <Group wrap="nowrap">
          <Progress value={(100 * done) / total} flex={1} aria-label={t("import.progress")} />
          <Button size="xs" variant="default" onClick={onStop}>
            {t("import.stop")}
          </Button>
        </Group>
      )}
      <Text role="status">
        {t(dryRun ? "import.wouldBe" : "import.was", {
          done,
          total,
          created: count("CREATED"),
          updated: count("UPDATED"),
          unchanged: count("UNCHANGED"),
          refused: refused.length,
        })}
      </Text>
      {!running && done < total && (
        <Alert color="yellow" variant="outline">
          {t("import.stopped", { rest: total - done })}
        </Alert>
      )}
      {refused.length > 0 && (
        <>
          <DataTable
            label={t("import.errors")}
            columns={columns}
            rows={refused.slice(0, mostShown)}
            rowKey={({ row }) => String(row.line)}
          />
          <Group>
            <Button variant="default" onClick={saveErrors}>
              {t("import.saveErrors")}
            </Button>
            {refused.length > mostShown && (
              <Text size="sm">{t("import.moreErrors", { count: refused.length - mostShown })}</Text>
            )}
          </Group>
        </>
      )}
      {!dryRun && !running && (
        <Group>
          <LinkButton to={`/${kind}`} variant="default">
            {t(`import.see.${kind}`)}
          </LinkButton>
        </Group>
      )}
    </Section>
  );
}
