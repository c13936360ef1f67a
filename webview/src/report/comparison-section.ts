import type { DiscCounts, ReportComparison } from '@disc-labeling/server/protocol';
import { h, icon } from '../common/dom.js';
import { t } from '../common/localize.js';
import { none, percent } from '../common/numbers.js';
import { sortingOf, type PageContext } from './context.js';
import { DataTable, type ShownColumn } from './data-table.js';
import { errorsOf, millimetres, signed } from './figures.js';
import { comparedFigures } from './summary-section.js';

type Pair = readonly [DiscCounts, DiscCounts];
type Level = ReportComparison['levels'][number];
type Subject = ReportComparison['subjects'][number];

/** Two models on the images both were tested on: the first is this report's. */
export function comparisonSection(
  comparison: ReportComparison,
  context: PageContext,
  end: () => void,
): HTMLElement {
  const { names, verdict, subjects, only } = comparison;
  return h(
    'section',
    { class: 'comparison', 'aria-labelledby': 'comparison-title' },
    h(
      'div',
      { class: 'title-line' },
      h('h2', { id: 'comparison-title' }, t('Compared with {0}', names[1])),
      ...(context.inEditor
        ? [h('vscode-button', { appearance: 'secondary', onclick: end }, t('End Comparison'))]
        : []),
    ),
    h('p', { class: 'verdict' }, icon('law'), verdict ?? t('Too few common images to say which is better.')),
    h(
      'p',
      { class: 'explain' },
      t('Over the {0} images both have.', subjects.length),
      ...only.flatMap((list, i) =>
        list.length > 0 ? ` ${t('{0} only in the report of {1}.', list.length, names[i])}` : [],
      ),
    ),
    summaryTable(comparison),
    h('h3', {}, t('By level')),
    levelTable(comparison, context),
    h('h3', {}, t('By image')),
    subjectTable(comparison, context),
  );
}

/** A difference, with what it means. */
function differenceCell(by: number | null, text: string, moreIsBetter: boolean): Node {
  if (by === null || Math.abs(by) < 1e-9) return h('span', { class: 'zero' }, by === null ? none : '0');
  const better = by > 0 === moreIsBetter;
  return h(
    'span',
    { class: better ? 'better' : 'worse' },
    text,
    ' ',
    h('span', { class: 'mark' }, better ? t('better') : t('worse')),
  );
}

const difference = ([first, second]: readonly [number | null, number | null]): number | null =>
  first === null || second === null ? null : second - first;

function summaryTable({ names, summary }: ReportComparison): HTMLElement {
  const heading = (text: string): HTMLElement => h('th', { scope: 'col', class: 'numeric' }, text);
  return h(
    'div',
    { class: 'table-scroll' },
    h(
      'table',
      { class: 'plain-table figures' },
      h('thead', {}, h('tr', {}, h('td'), heading(names[0]), heading(names[1]), heading(t('Difference')))),
      h(
        'tbody',
        {},
        ...comparedFigures().map((figure) => {
          const by = difference([figure.value(summary[0]), figure.value(summary[1])]);
          const { value, digits, unit } = figure.difference(by ?? 0);
          return h(
            'tr',
            {},
            h('th', { scope: 'row' }, figure.name),
            ...summary.map((counts) => h('td', { class: 'numeric' }, figure.text(counts))),
            h(
              'td',
              { class: 'numeric' },
              differenceCell(by, `${signed(value, digits)} ${unit}`.trim(), figure.moreIsBetter),
            ),
          );
        }),
      ),
    ),
  );
}

/** Rates, medians and errors of both, and how they differ. */
function pairColumns<Row>(names: ReportComparison['names'], pair: (row: Row) => Pair): ShownColumn<Row>[] {
  const both = (
    key: string,
    title: string,
    value: (counts: DiscCounts) => number | null,
    text: (value: number | null) => string,
  ): ShownColumn<Row>[] =>
    ([0, 1] as const).map((which) => ({
      key: `${key}${which}`,
      title: which === 0 ? t('{0}, this', title) : t('{0}, other', title),
      explain: names[which],
      numeric: true,
      firstDescending: true,
      value: (row) => value(pair(row)[which]),
      text: (row) => text(value(pair(row)[which])),
    }));
  return [
    ...both('rate', t('Identified'), (counts) => counts.identificationRate, percent),
    ...both('median', t('Median, mm'), (counts) => counts.distance.median, millimetres),
    ...both('errors', t('Errors'), errorsOf, (value) => String(value ?? none)),
  ];
}

function differenceColumn<Row>(pair: (row: Row) => Pair): ShownColumn<Row> {
  const by = (row: Row): number => errorsOf(pair(row)[1]) - errorsOf(pair(row)[0]);
  return {
    key: 'difference',
    title: t('Errors, difference'),
    explain: t('Of the second, less those of the first'),
    numeric: true,
    firstDescending: true,
    value: by,
    text: (row) => signed(by(row), 0),
    render: (row) => differenceCell(by(row), signed(by(row), 0), false),
  };
}

function levelTable({ names, levels }: ReportComparison, context: PageContext): HTMLElement {
  const table = new DataTable<Level>({
    name: 'compared-levels',
    label: t('Comparison by level'),
    ...sortingOf(context, 'compared-levels', { key: 'level', descending: false }),
    copy: (text) => context.copy(text),
    columns: [
      { key: 'level', title: t('Level'), value: ({ value }) => value, text: ({ name }) => name },
      ...pairColumns<Level>(names, ({ counts }) => counts),
      differenceColumn<Level>(({ counts }) => counts),
    ],
  });
  table.rows = levels;
  return table.element;
}

function subjectTable({ names, subjects }: ReportComparison, context: PageContext): HTMLElement {
  const table = new DataTable<Subject>({
    name: 'compared-subjects',
    label: t('Comparison by image'),
    ...sortingOf(context, 'compared-subjects', { key: 'difference', descending: true }),
    copy: (text) => context.copy(text),
    pageSize: 25,
    columns: [
      {
        key: 'name',
        title: t('Image'),
        value: ({ name }) => name,
        class: 'name',
        render: ({ name, image }) =>
          context.inEditor
            ? h(
                'button',
                { class: 'link', type: 'button', title: image, onclick: () => context.open(name, null) },
                name,
              )
            : h('span', { title: image }, name),
      },
      ...pairColumns<Subject>(names, ({ counts }) => counts),
      differenceColumn<Subject>(({ counts }) => counts),
      {
        key: 'distance',
        title: t('Distance, difference, mm'),
        explain: t('Mean over the discs both found, second less first'),
        numeric: true,
        firstDescending: true,
        value: ({ distanceDifference }) => distanceDifference,
        text: ({ distanceDifference }) => signed(distanceDifference),
        render: ({ distanceDifference }) =>
          differenceCell(distanceDifference, signed(distanceDifference), false),
      },
    ],
  });
  table.rows = subjects;
  return table.element;
}
