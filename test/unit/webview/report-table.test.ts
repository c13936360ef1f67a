import { describe, expect, test } from 'vitest';
import { csvOf, markdownOf, sorted, type Column } from '../../../webview/src/report/table-rows.js';

interface Row {
  readonly name: string;
  readonly mm: number | null;
}
const columns: readonly Column<Row>[] = [
  { key: 'name', title: 'Image', value: ({ name }) => name },
  { key: 'mm', title: 'Median, mm', value: ({ mm }) => mm, text: ({ mm }) => mm?.toFixed(2) ?? '\u2013' },
];
const rows: readonly Row[] = [
  { name: 'sub-10', mm: 2 },
  { name: 'sub-9', mm: null },
  { name: 'sub-2', mm: 0.123456 },
];
const names = (list: readonly Row[]): string[] => list.map(({ name }) => name);

describe('sorting', () => {
  test('numbers in names count as numbers', () => {
    expect(names(sorted(rows, columns, { key: 'name', descending: false }))).toEqual([
      'sub-2',
      'sub-9',
      'sub-10',
    ]);
  });

  test('what is not known goes last either way', () => {
    expect(names(sorted(rows, columns, { key: 'mm', descending: false }))).toEqual([
      'sub-2',
      'sub-10',
      'sub-9',
    ]);
    expect(names(sorted(rows, columns, { key: 'mm', descending: true }))).toEqual([
      'sub-10',
      'sub-2',
      'sub-9',
    ]);
  });

  test('equal rows keep their order, and the rows given stay as they are', () => {
    const equal = [...rows].map((row) => ({ ...row, mm: 1 }));
    expect(names(sorted(equal, columns, { key: 'mm', descending: true }))).toEqual(names(equal));
    expect(names(rows)).toEqual(['sub-10', 'sub-9', 'sub-2']);
  });

  test('a column that is gone sorts nothing', () => {
    expect(sorted(rows, columns, { key: 'other', descending: true })).toBe(rows);
  });
});

describe('copying', () => {
  const odd: readonly Row[] = [
    { name: 'a|b\nc *d*', mm: 1 },
    { name: '=HYPERLINK("x"),y', mm: null },
  ];

  test('Markdown keeps bars and line breaks from ending cells, numbers stand on the right', () => {
    expect(markdownOf(odd, columns)).toBe(
      [
        '| Image | Median, mm |',
        '| --- | ---: |',
        '| a\\|b c \\*d\\* | 1.00 |',
        '| =HYPERLINK("x"),y | \u2013 |',
        '',
      ].join('\n'),
    );
  });

  test('CSV quotes what needs it, gives full numbers, and no spreadsheet takes text for a formula', () => {
    expect(csvOf(odd, columns)).toBe('Image,"Median, mm"\r\n"a|b\nc *d*",1\r\n"\'=HYPERLINK(""x""),y",\r\n');
    expect(csvOf(rows, columns)).toContain('sub-2,0.123456\r\n');
  });
});
