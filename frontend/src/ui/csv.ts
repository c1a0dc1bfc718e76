/** A table as a spreadsheet of Brazil opens it: semicolons, and a mark that it is UTF-8. */
export function csv(rows: string[][]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(";")).join("\r\n")}\r\n`;
}

// A text that begins like a formula would be worked out by the spreadsheet.
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line of a table that was pasted or read from a file. */
export interface Line {
  /** Its first line in the text, from 1. */
  line: number;
  cells: string[];
}

/**
 * Reads a table with tabs, semicolons or commas between its cells, as a spreadsheet
 * gives it. A quoted cell may hold the separator, line ends, and quotes in pairs.
 * Empty lines are left out.
 */
export function readTable(text: string): Line[] {
  const content = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(content.split(/\r\n|\n|\r/, 1)[0] ?? "");
  const lines: Line[] = [];
  let [cells, cell, quoted, line, begun] = [[] as string[], "", false, 1, 1];
  const endLine = () => {
    cells.push(cell.trim());
    if (cells.some((one) => one !== "")) lines.push({ line: begun, cells });
    cells = [];
    cell = "";
    begun = line;
  };
  for (let at = 0; at < content.length; at += 1) {
    const character = content[at] ?? "";
    const ends = character === "\n" || (character === "\r" && content[at + 1] !== "\n");
    if (ends) line += 1;
    if (quoted && character === '"' && content[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"' && (quoted || cell.trim() === "")) {
      quoted = !quoted;
    } else if (ends && !quoted) {
      endLine();
    } else if (character === separator && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else {
      cell += character;
    }
  }
  endLine();
  return lines;
}

function separatorOf(line: string): string {
  return ["\t", ";"].find((separator) => line.includes(separator)) ?? ",";
}

/** Has the browser save a text as a file. */
export function saveFile(name: string, text: string): void {
  saveBlob(name, new Blob([text], { type: "text/csv;charset=utf-8" }));
}

/** Has the browser save what was loaded as a file. */
export function saveBlob(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
