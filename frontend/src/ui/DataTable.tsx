import { Box, Checkbox, Table } from "@mantine/core";
import type { ReactNode } from "react";

export interface Column<Row> {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Amounts stand at the end of their column. */
  numeric?: boolean;
  /** Long texts may take several lines. */
  wraps?: boolean;
}

/** Rows that are picked to do something with them. */
export interface Selection<Row> {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
  /** The name of the box that picks every row of the page. */
  allLabel: string;
  /** The name of a row's box. */
  rowLabel: (row: Row) => string;
}

interface Props<Row> {
  /** What the table shows, for those who cannot see it. */
  label: string;
  /** The first column names the row. */
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  selection?: Selection<Row>;
}

function className(column: Column<never>): string | undefined {
  if (column.numeric) return "numeric";
  return column.wraps ? "wraps" : undefined;
}

/** The one table of the panel; it scrolls by itself where the page is narrow. */
export function DataTable<Row>({ label, columns, rows, rowKey, selection }: Props<Row>) {
  const [first, ...others] = columns;
  if (!first) return null;
  return (
    // A region that scrolls must be reachable by keyboard.
    <Box component="section" className="table-scroll" aria-label={label} tabIndex={0}>
      <Table className="data-table" highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {selection && (
              <Table.Td className="select">
                <SelectAll selection={selection} keys={rows.map(rowKey)} />
              </Table.Td>
            )}
            {columns.map((column) => (
              <Table.Th key={column.key} scope="col" className={className(column)}>
                {column.header}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {selection && (
                <Table.Td className="select">
                  <Checkbox
                    aria-label={selection.rowLabel(row)}
                    checked={selection.selected.has(rowKey(row))}
                    onChange={(event) =>
                      selection.onChange(
                        picked(selection.selected, [rowKey(row)], event.currentTarget.checked),
                      )
                    }
                  />
                </Table.Td>
              )}
              <Table.Th scope="row" className={className(first)}>
                {first.cell(row)}
              </Table.Th>
              {others.map((column) => (
                <Table.Td key={column.key} className={className(column)}>
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

/** What is selected after some keys were picked or dropped. */
function picked(
  selected: ReadonlySet<string>,
  keys: string[],
  chosen: boolean,
): ReadonlySet<string> {
  const next = new Set(selected);
  for (const key of keys) {
    if (chosen) next.add(key);
    else next.delete(key);
  }
  return next;
}

function SelectAll<Row>({ selection, keys }: { selection: Selection<Row>; keys: string[] }) {
  const { selected, onChange, allLabel } = selection;
  const count = keys.filter((key) => selected.has(key)).length;
  return (
    <Checkbox
      aria-label={allLabel}
      checked={count > 0 && count === keys.length}
      indeterminate={count > 0 && count < keys.length}
      onChange={(event) => onChange(picked(selected, keys, event.currentTarget.checked))}
    />
  );
}
