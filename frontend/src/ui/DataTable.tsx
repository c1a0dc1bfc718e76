import { Box, Table } from "@mantine/core";
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

interface Props<Row> {
  /** What the table shows, for those who cannot see it. */
  label: string;
  /** The first column names the row. */
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
}

function className(column: Column<never>): string | undefined {
  if (column.numeric) return "numeric";
  return column.wraps ? "wraps" : undefined;
}

/** The one table of the panel; it scrolls by itself where the page is narrow. */
export function DataTable<Row>({ label, columns, rows, rowKey }: Props<Row>) {
  const [first, ...others] = columns;
  if (!first) return null;
  return (
    // A region that scrolls must be reachable by keyboard.
    <Box component="section" className="table-scroll" aria-label={label} tabIndex={0}>
      <Table className="data-table" highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
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
