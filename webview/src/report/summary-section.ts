import type { DiscCounts } from '@disc-labeling/server/protocol';
import { h, icon } from '../common/dom.js';
import { t } from '../common/localize.js';
import { none, percent } from '../common/numbers.js';
import type { ShownReport } from '../messages/report.js';
import { duration, millimetres, plusMinus } from './figures.js';

/** Which model, on what, when. */
export function headerOf(report: ShownReport, folder: string, actions: readonly HTMLElement[]): HTMLElement {
  const { model, set, engine, date, seconds, generatedBy } = report;
  const when = new Date(date);
  const facts: [string, string, string?][] = [
    [t('Model'), model.name, model.path],
    [t('Contrast'), model.contrast],
    [t('Attention'), model.attention ? t('yes') : t('no')],
    [t('Test set'), `${set.name} (${set.contrast}, ${set.split})`, set.path],
    ...(set.preparation === 'reference'
      ? [[t('Preparation'), t('as the reference')] as [string, string]]
      : []),
    [t('Images'), String(report.subjects.length)],
    [t('Date'), Number.isNaN(when.getTime()) ? date : when.toLocaleString()],
    [t('Engine'), engine],
    [t('Time'), duration(seconds)],
    [t('Made by'), generatedBy],
    ...(folder === '' ? [] : [[t('Report'), folder, folder] as [string, string, string]]),
  ];
  return h(
    'header',
    { class: 'report-header' },
    h(
      'div',
      { class: 'title-line' },
      h('h1', {}, t('Test of {0}', model.title)),
      h('div', { class: 'actions' }, ...actions),
    ),
    h(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value, title]) =>
        h('div', {}, h('dt', {}, name), h('dd', { title: title ?? null }, value)),
      ),
    ),
    ...(report.notices.length > 0
      ? [h('ul', { class: 'notices' }, ...report.notices.map((notice) => h('li', {}, icon('info'), notice)))]
      : []),
  );
}

/** The figures one looks for first. */
export function keyFigures({ summary, toleranceMm }: ShownReport): HTMLElement {
  const { distance } = summary;
  const share = (count: number): string =>
    summary.total === 0 ? '' : t('{0} of the discs', percent(count / summary.total));
  const tile = (
    name: string,
    value: string,
    below: string,
    explain: string,
    kind: 'main' | 'errors' | '' = '',
  ): HTMLElement =>
    h(
      'div',
      { class: `figure ${kind}`.trim(), title: explain },
      h('dt', {}, name),
      h('dd', { class: 'value' }, value),
      h('dd', { class: 'below' }, below),
    );
  const count = (name: string, value: number, explain: string): HTMLElement =>
    tile(name, String(value), share(value), explain, value > 0 ? 'errors' : '');
  return h(
    'section',
    { class: 'key-figures', 'aria-labelledby': 'figures-title' },
    h('h2', { id: 'figures-title', class: 'visually-hidden' }, t('Key figures')),
    h(
      'dl',
      {},
      tile(
        t('Identification rate'),
        percent(summary.identificationRate),
        t('{0} of {1} discs', summary.identified, summary.total),
        t('True discs with a prediction of the same name within {0} mm', toleranceMm),
        'main',
      ),
      tile(
        t('Median distance'),
        withUnit(millimetres(distance.median)),
        t('to the disc of the same name'),
        t('Half of the true discs lie nearer to the prediction of their name'),
        'main',
      ),
      tile(
        t('Mean \u00b1 std'),
        withUnit(plusMinus(distance.mean, distance.std)),
        t('95th percentile {0}', withUnit(millimetres(distance.p95))),
        t('Mean and standard deviation of the same distances'),
        'main',
      ),
      count(
        t('Missed'),
        summary.missed,
        t('True discs with no prediction of any name within {0} mm', toleranceMm),
      ),
      count(
        t('False'),
        summary.false,
        t('Predictions with no true disc of any name within {0} mm', toleranceMm),
      ),
      count(t('Shifted by one'), summary.shifted, t('Found, but named one level off')),
      count(t('Misnamed'), summary.misnamed, t('Found, but named further off')),
    ),
  );
}

const withUnit = (text: string): string => (text === none ? text : t('{0} mm', text));

/** One figure of a set, for tables that stand side by side. */
export interface Figure {
  readonly name: string;
  readonly value: (counts: DiscCounts) => number | null;
  readonly text: (counts: DiscCounts) => string;
  /** Whether more of it is better. */
  readonly moreIsBetter: boolean;
  /** How a difference is written. */
  readonly difference: (by: number) => {
    readonly value: number;
    readonly digits: number;
    readonly unit: string;
  };
}

/** The figures two reports are compared by. */
export function comparedFigures(): readonly Figure[] {
  const points = (by: number) => ({ value: 100 * by, digits: 1, unit: t('percentage points') });
  const mm = (by: number) => ({ value: by, digits: 2, unit: t('mm') });
  const discs = (by: number) => ({ value: by, digits: 0, unit: '' });
  const count = (name: string, key: 'missed' | 'false' | 'shifted' | 'misnamed'): Figure => ({
    name,
    value: (counts) => counts[key],
    text: (counts) => String(counts[key]),
    moreIsBetter: false,
    difference: discs,
  });
  const distance = (name: string, key: 'mean' | 'median' | 'p95' | 'std'): Figure => ({
    name,
    value: (counts) => counts.distance[key],
    text: (counts) => withUnit(millimetres(counts.distance[key])),
    moreIsBetter: false,
    difference: mm,
  });
  return [
    {
      name: t('Identification rate'),
      value: (counts) => counts.identificationRate,
      text: (counts) => percent(counts.identificationRate),
      moreIsBetter: true,
      difference: points,
    },
    distance(t('Median distance'), 'median'),
    distance(t('Mean distance'), 'mean'),
    distance(t('Standard deviation'), 'std'),
    distance(t('95th percentile'), 'p95'),
    count(t('Missed'), 'missed'),
    count(t('False'), 'false'),
    count(t('Shifted by one'), 'shifted'),
    count(t('Misnamed'), 'misnamed'),
  ];
}
