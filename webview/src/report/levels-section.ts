import type { DiscCounts, TestReport } from '@disc-labeling/server/protocol';
import { h } from '../common/dom.js';
import { t } from '../common/localize.js';
import { percent } from '../common/numbers.js';
import type { ShownReport } from '../messages/report.js';
import { sortingOf, type PageContext } from './context.js';
import { DataTable, type ShownColumn } from './data-table.js';
import { confusionsOf, millimetres, type Confusion } from './figures.js';

type Level = TestReport['levels'][number];

/** Columns every table of counts has. */
export function countColumns<Row>(counts: (row: Row) => DiscCounts): ShownColumn<Row>[] {
  const count = (key: 'missed' | 'false' | 'shifted' | 'misnamed', title: string): ShownColumn<Row> => ({
    key,
    title,
    numeric: true,
    firstDescending: true,
    value: (row) => counts(row)[key],
    render: (row) => countCell(counts(row)[key]),
  });
  const distance = (
    key: 'median' | 'mean' | 'std' | 'p95',
    title: string,
    hidden = false,
  ): ShownColumn<Row> => ({
    key,
    title,
    hidden,
    numeric: true,
    firstDescending: true,
    value: (row) => counts(row).distance[key],
    text: (row) => millimetres(counts(row).distance[key]),
  });
  return [
    {
      key: 'rate',
      title: t('Identified'),
      explain: t('Share of the true discs found under their name within the tolerance'),
      numeric: true,
      value: (row) => counts(row).identificationRate,
      text: (row) => percent(counts(row).identificationRate),
      render: (row) => rateCell(counts(row)),
    },
    distance('median', t('Median, mm')),
    distance('mean', t('Mean, mm')),
    distance('std', t('Std, mm')),
    distance('p95', t('95 %, mm')),
    count('missed', t('Missed')),
    count('false', t('False')),
    count('shifted', t('Shifted')),
    count('misnamed', t('Misnamed')),
  ];
}

/** A count that stands back where it is nothing. */
const countCell = (count: number): Node => h('span', { class: count === 0 ? 'zero' : 'some' }, String(count));

function rateCell({ identificationRate }: DiscCounts): Node {
  const fill = h('span', { class: 'rate-fill' });
  fill.style.width = `${100 * (identificationRate ?? 0)}%`;
  return h(
    'span',
    { class: 'rate' },
    h('span', { class: 'rate-bar', 'aria-hidden': 'true' }, fill),
    h('span', { class: 'rate-text' }, percent(identificationRate)),
  );
}

/** What became of each disc level, and which names were taken for which. */
export function levelsSection(report: ShownReport, context: PageContext): HTMLElement {
  const table = new DataTable<Level>({
    name: 'levels',
    label: t('By level'),
    ...sortingOf(context, 'levels', { key: 'level', descending: false }),
    copy: (text) => context.copy(text),
    columns: [
      { key: 'level', title: t('Level'), value: ({ value }) => value, text: ({ name }) => name },
      {
        key: 'total',
        title: t('Discs'),
        numeric: true,
        firstDescending: true,
        value: ({ total }) => total,
      },
      ...countColumns<Level>((level) => level),
    ],
  });
  table.rows = report.levels;
  return h(
    'section',
    { class: 'levels', 'aria-labelledby': 'levels-title' },
    h('h2', { id: 'levels-title' }, t('By level')),
    table.element,
    ...confusions(report, context),
  );
}

function confusions(report: ShownReport, context: PageContext): HTMLElement[] {
  const found = confusionsOf(report);
  if (found.length === 0) return [];
  const table = new DataTable<Confusion>({
    name: 'confusions',
    label: t('Names taken for others'),
    ...sortingOf(context, 'confusions', { key: 'count', descending: true }),
    copy: (text) => context.copy(text),
    pageSize: 10,
    columns: [
      { key: 'truth', title: t('True disc'), value: ({ value }) => value, text: ({ truth }) => truth },
      { key: 'predicted', title: t('Named'), value: ({ predicted }) => predicted },
      {
        key: 'count',
        title: t('Times'),
        numeric: true,
        firstDescending: true,
        value: ({ count }) => count,
      },
    ],
  });
  table.rows = found;
  return [h('h3', {}, t('Names taken for others')), h('div', { class: 'narrow' }, table.element)];
}
