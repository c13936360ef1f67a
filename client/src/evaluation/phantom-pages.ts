/** What was measured on synthetic spines, as Markdown. */
import type {
  CalibrationResult,
  DiscCounts,
  PhantomMeasurement,
  RobustnessSheet,
} from '@disc-labeling/server/protocol';
import { table } from '../pages/markdown.js';
import { percent, plain, type Translate } from '../words.js';

const share = (value: number | null): string => (value === null ? '\u2013' : percent(value));

function countsHead(first: string, t: Translate): string[] {
  return [
    first,
    t('True'),
    t('Right'),
    t('One off'),
    t('Misnamed'),
    t('Missed'),
    t('Invented'),
    t('Median mm'),
  ];
}

function countsRow(name: string, counts: DiscCounts): string[] {
  const { total, identificationRate, shifted, misnamed, missed, false: invented, distance } = counts;
  const median = distance.median === null ? '\u2013' : distance.median.toFixed(2);
  return [
    plain(name),
    String(total),
    share(identificationRate),
    ...[shifted, misnamed, missed, invented].map(String),
    median,
  ];
}

const made = (t: Translate, engine: string, seed: number): string =>
  t('Right: within 5 mm of the disc under its name. Engine {0}, seed {1}.', engine, seed);

/** By level, and by what there is to count from and to see. */
export function measurementPage(found: PhantomMeasurement, t: Translate): string {
  const { model, engine, phantoms, seed, summary, levels, groups } = found;
  return [
    `# ${t('{0} on {1} synthetic spines', plain(model), phantoms)}`,
    '',
    made(t, engine, seed),
    '',
    ...table(countsHead('', t), [
      countsRow(t('all'), summary),
      ...groups.map((group) => countsRow(group.name, group)),
    ]),
    ...table(
      countsHead(t('Disc'), t),
      levels.map((level) => countsRow(level.name, level)),
    ),
  ].join('\n');
}

/** A table for each condition. */
export function robustnessPage(
  { model, engine, slices, seed, curves }: RobustnessSheet,
  t: Translate,
): string {
  return [
    `# ${t('Robustness of {0}', plain(model))}`,
    '',
    t('{0} synthetic necks, each read under every condition.', slices),
    made(t, engine, seed),
    '',
    ...curves.flatMap(({ title, unit, points }) => [
      `## ${plain(title)}`,
      '',
      ...table(
        countsHead(plain(unit), t),
        points.map(({ value, summary }) => countsRow(String(value), summary)),
      ),
    ]),
  ].join('\n');
}

/** How often discs of a score are right. */
export function calibrationPage({ model, discs, reliability }: CalibrationResult, t: Translate): string {
  return [
    `# ${t('Scores of {0}', plain(model))}`,
    '',
    t(
      'Fitted to {0} discs. How often they are right, each half of them scored by a fit to the other:',
      discs,
    ),
    '',
    ...table(
      [t('Score'), t('Discs'), t('Right')],
      reliability.map(({ from, to, discs: count, right }) => [
        t('{0} to {1}', from, to),
        String(count),
        share(right),
      ]),
    ),
  ].join('\n');
}
