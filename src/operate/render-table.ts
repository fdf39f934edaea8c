/** A column's title and what stands in it. */
export interface Column<Item> {
  readonly title: string;
  readonly of: (item: Item) => string | number;
}

/** Longer texts are cut: the whole of them is in the JSON. */
const MAX_CELL_CHARACTERS = 80;
const GAP = '  ';

/** Rows under their titles, in columns as wide as what they hold. */
export function renderTable<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
  const rows = [columns.map(({ title }) => title), ...items.map((item) => columns.map(({ of }) => toCell(of(item))))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** On one line, and without what a terminal would take for a command: some of it was written by strangers. */
function toCell(value: string | number): string {
  const text = String(value).replace(/[\s\p{C}]+/gu, ' ');
  return text.length <= MAX_CELL_CHARACTERS ? text : `${text.slice(0, MAX_CELL_CHARACTERS - 1)}…`;
}
