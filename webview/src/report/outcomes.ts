import { t } from '../common/localize.js';
import { none } from '../common/numbers.js';
import type { ShownDisc } from '../messages/report.js';
import { millimetres } from './figures.js';

export type Outcome = ShownDisc['outcome'];

/** Outcomes as they stand in tables. */
export const outcomeName = (outcome: Outcome): string =>
  ({
    identified: t('identified'),
    shifted: t('named one level off'),
    misnamed: t('named further off'),
    missed: t('missed'),
    false: t('no disc there'),
  })[outcome];

/** A sign of each outcome, so that colour alone says nothing. */
export const outcomeSign: Readonly<Record<Outcome, string>> = {
  identified: '',
  shifted: '\u2195',
  misnamed: '?',
  missed: '\u00d7',
  false: '+',
};

/** `C5/C6: named one level off, as C4/C5, 18.20 mm` */
export function describeDisc({ name, outcome, predicted, distance }: ShownDisc): string {
  const parts = [outcomeName(outcome)];
  if (outcome === 'shifted' || outcome === 'misnamed') parts.push(t('as {0}', predicted?.name ?? none));
  if (distance !== null) parts.push(t('{0} mm', millimetres(distance)));
  return `${name}: ${parts.join(', ')}`;
}
