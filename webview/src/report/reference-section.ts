import { h } from '../common/dom.js';
import { t } from '../common/localize.js';
import { none, percent } from '../common/numbers.js';
import type { ShownReport } from '../messages/report.js';
import { plusMinus } from './figures.js';
import { published, type PublishedFigures } from './published.js';

/** The paper's own metrics of this report, and the figures published with it and since. */
export function referenceSection(report: ShownReport): HTMLElement {
  return h(
    'section',
    { class: 'reference', 'aria-labelledby': 'reference-title' },
    h('h2', { id: 'reference-title' }, t('Beside published figures')),
    h('div', { class: 'side-by-side' }, ownMetrics(report), publishedTable(report)),
  );
}

const number = (value: number | null, unit: string): string =>
  value === null ? none : `${value.toFixed(2)} ${unit}`;

function ownMetrics({ reference, referenceMeasure }: ShownReport): HTMLElement {
  const unit = referenceMeasure?.unit === 'mm' ? t('mm') : t('px');
  if (!reference)
    return h(
      'div',
      {},
      h('h3', {}, t('The reference\u2019s metrics')),
      h('p', { class: 'explain' }, t('Not computed for this set.')),
    );
  const rows: [string, string, string][] = [
    [
      t('Distance, median \u00b1 std'),
      `${plusMinus(reference.l2Median, reference.l2Std)} ${unit}`,
      t('From each true point to the nearest prediction, whatever its name'),
    ],
    [
      t('Along the spine, mean \u00b1 std'),
      `${plusMinus(reference.zMean, reference.zStd)} ${unit}`,
      t('The part of that distance that runs from head to foot'),
    ],
    [
      t('False negatives'),
      `${number(reference.falseNegativePercent, '%')} (${reference.falseNegatives})`,
      t('True points whose nearest prediction lies more than {0} away along the spine', `7 ${unit}`),
    ],
    [
      t('False positives'),
      `${number(reference.falsePositivePercent, '%')} (${reference.falsePositives})`,
      t(
        'Predictions more than {0} along the spine from the nearest true point, per true point',
        `10 ${unit}`,
      ),
    ],
  ];
  return h(
    'div',
    {},
    h('h3', {}, t('The reference\u2019s metrics')),
    h(
      'p',
      { class: 'explain' },
      referenceMeasure?.decoding === 'own'
        ? t(
            'The paper\u2019s measures of the discs this program finds: blind to names, so a spine named one level off costs nothing.',
          )
        : t(
            'As the paper computes them: in pixels and blind to names, so a spine named one level off costs nothing.',
          ),
    ),
    h(
      'table',
      { class: 'plain-table' },
      h(
        'tbody',
        {},
        ...rows.map(([name, value, explain]) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, name, h('span', { class: 'explain' }, explain)),
            h('td', { class: 'numeric' }, value),
          ),
        ),
      ),
    ),
  );
}

function publishedTable(report: ShownReport): HTMLElement {
  const { summary, model } = report;
  const rate = (count: number): string => percent(summary.total === 0 ? null : count / summary.total);
  const contrasts =
    report.set.contrast === 'T2w'
      ? (['T2w'] as const)
      : report.set.contrast === 'T1w'
        ? (['T1w'] as const)
        : (['T1w', 'T2w'] as const);
  const cells = (figures: PublishedFigures): HTMLElement[] =>
    [plusMinus(figures.mean, figures.std), `${figures.missed} %`, `${figures.false} %`].map((text) =>
      h('td', { class: 'numeric' }, text),
    );
  return h(
    'div',
    {},
    h('h3', {}, t('Published on spine-generic')),
    h(
      'p',
      { class: 'explain' },
      t(
        'For orientation: other images, and distances to the nearest prediction. The first row is this report, named and in mm.',
      ),
    ),
    h(
      'div',
      { class: 'table-scroll' },
      h(
        'table',
        { class: 'plain-table' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, t('Method')),
            h('th', { scope: 'col' }, t('Contrast')),
            h('th', { scope: 'col', class: 'numeric' }, t('Distance, mm')),
            h('th', { scope: 'col', class: 'numeric' }, t('Missed')),
            h('th', { scope: 'col', class: 'numeric' }, t('False')),
          ),
        ),
        h(
          'tbody',
          {},
          h(
            'tr',
            { class: 'own' },
            h('th', { scope: 'row' }, model.title, h('span', { class: 'explain' }, t('this report'))),
            h('td', {}, report.set.contrast),
            h('td', { class: 'numeric' }, plusMinus(summary.distance.mean, summary.distance.std)),
            h('td', { class: 'numeric' }, rate(summary.missed)),
            h('td', { class: 'numeric' }, rate(summary.false)),
          ),
          ...contrasts.flatMap((contrast) =>
            published.map((method) =>
              h(
                'tr',
                {},
                h('th', { scope: 'row' }, method.name, h('span', { class: 'explain' }, method.source)),
                h('td', {}, contrast),
                ...cells(method[contrast]),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
