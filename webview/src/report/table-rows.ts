/** Sorting and copying of tables: no document needed. */

/** What a cell sorts and copies as; null is nothing known, which goes last either way. */
export type Value = string | number | null;

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly value: (row: Row) => Value;
  /** What a cell shows and copies; by default its value. */
  readonly text?: (row: Row) => string;
}

export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(a: NonNullable<Value>, b: NonNullable<Value>): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** Rows in the order of a column; equal ones keep theirs. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { key, descending }: Sorting,
): readonly Row[] {
  const column = columns.find((one) => one.key === key);
  if (!column) return rows;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return (descending ? -1 : 1) * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

const textOf = <Row>(column: Column<Row>, row: Row): string =>
  column.text?.(row) ?? String(column.value(row) ?? '');

/** A GitHub-flavoured table: numbers to the right, `|` and line breaks kept from ending a cell. */
export function markdownOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cell = (text: string): string =>
    text
      .replace(/[\\|<>`*_]/g, '\\$&')
      .replace(/\s*[\r\n]+\s*/g, ' ')
      .trim();
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const numeric = (column: Column<Row>): boolean =>
    rows.some((row) => typeof column.value(row) === 'number') &&
    rows.every((row) => typeof column.value(row) !== 'string');
  return `${[
    line(columns.map(({ title }) => cell(title))),
    line(columns.map((column) => (numeric(column) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column) => cell(textOf(column, row))))),
  ].join('\n')}\n`;
}

/**
 * Comma-separated values (RFC 4180), numbers in full precision. Text that a spreadsheet would take for a formula is
 * led by an apostrophe, so that a file name can't run anything.
 */
export function csvOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cell = (value: Value): string => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}
