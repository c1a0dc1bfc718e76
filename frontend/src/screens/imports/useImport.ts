import { useRef, useState } from "react";
import { request } from "@/api/request";
import {
  ImportCustomersDocument,
  ImportProductsDocument,
  ImportSalesDocument,
} from "@/gen/documents/imports";
import type {
  ImportCustomersInput,
  ImportOutcome,
  ImportPartsFragment,
  ImportProductsInput,
  ImportSalesInput,
} from "@/gen/schema";
import type { ImportKind } from "./search";
import type { ImportRow } from "./table";

/** How many rows the server takes at a time. */
const atATime = 100;

export interface RowResult {
  row: ImportRow;
  outcome: ImportOutcome;
  messages: string[];
}

interface Options {
  dryRun: boolean;
  updateExisting: boolean;
}

export interface ImportState {
  /** How many rows the server has answered. */
  done: number;
  total: number;
  running: boolean;
  dryRun: boolean;
  results: RowResult[];
}

/** Sends the rows of a table in parts, one after the other, until the end or a stop. */
export function useImport(kind: ImportKind) {
  const [state, setState] = useState<ImportState | null>(null);
  const stopped = useRef(false);

  const run = async (rows: ImportRow[], options: Options) => {
    stopped.current = false;
    const results: RowResult[] = [];
    const tell = (running: boolean) =>
      setState({
        done: results.length,
        total: rows.length,
        running,
        dryRun: options.dryRun,
        results: [...results],
      });
    tell(true);
    try {
      while (results.length < rows.length && !stopped.current) {
        const part = rows.slice(results.length, results.length + atATime);
        const payload = await send(kind, part, options);
        const [refusal] = payload.userErrors;
        if (refusal) throw new Error(refusal.message);
        for (const { row, outcome, userErrors } of payload.rows) {
          const sent = part[row];
          if (sent)
            results.push({
              row: sent,
              outcome,
              messages: userErrors.map(({ message }) => message),
            });
        }
        tell(true);
      }
    } finally {
      tell(false);
    }
    return results;
  };
  return {
    state,
    run,
    stop: () => {
      stopped.current = true;
    },
    clear: () => setState(null),
  };
}

async function send(
  kind: ImportKind,
  rows: ImportRow[],
  { dryRun, updateExisting }: Options,
): Promise<ImportPartsFragment> {
  const inputs = rows.map(({ input }) => input);
  switch (kind) {
    case "customers":
      return (
        await request(ImportCustomersDocument, {
          input: { rows: inputs as ImportCustomersInput["rows"], dryRun, updateExisting },
        })
      ).importCustomers;
    case "products":
      return (
        await request(ImportProductsDocument, {
          input: { rows: inputs as ImportProductsInput["rows"], dryRun, updateExisting },
        })
      ).importProducts;
    case "sales":
      return (
        await request(ImportSalesDocument, {
          input: { rows: inputs as ImportSalesInput["rows"], dryRun },
        })
      ).importSales;
  }
}
