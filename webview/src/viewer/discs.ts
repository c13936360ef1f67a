import type { Disc } from '@disc-labeling/server/protocol';
import { t } from '../common/localize.js';
import type { ListedDisc } from './truth.js';

export type Region = 'cervical' | 'thoracic' | 'lumbar' | 'other';

/** Region of the spine of a disc value; a junction belongs to the region above it. */
export function regionOf(value: number): Region {
  if (value >= 1 && value <= 8) return 'cervical';
  if (value >= 9 && value <= 20) return 'thoracic';
  return value >= 21 && value <= 26 ? 'lumbar' : 'other';
}

export const regionName = (region: Region): string =>
  ({ cervical: t('Cervical'), thoracic: t('Thoracic'), lumbar: t('Lumbar'), other: t('Other') })[region];

/** Top to bottom of the spine. */
export const inOrder = (discs: readonly Disc[]): Disc[] => [...discs].sort((a, b) => a.value - b.value);

/** World coordinates with one decimal and a true minus sign. */
export const millimetres = (value: number): string => {
  const text = value.toFixed(1);
  return text === '-0.0' ? '0.0' : text.replace('-', '\u2212');
};

/** What a screen reader says of a disc. */
export function describeDisc({ name, world, score, byHand, distance, missed }: ListedDisc): string {
  const place = world.map(millimetres);
  if (missed || score === null)
    return t('{0}, missed, truly at x {1}, y {2}, z {3} millimetres', name, ...place);
  const text = byHand
    ? t('{0}, x {1}, y {2}, z {3} millimetres, placed by hand', name, ...place)
    : t('{0}, x {1}, y {2}, z {3} millimetres, score {4} percent', name, ...place, Math.round(100 * score));
  return distance === null ? text : t('{0}, {1} millimetres off', text, distance.toFixed(1));
}

/** One sentence on a whole result. */
export function summarize(discs: readonly Disc[]): string {
  const ordered = inOrder(discs);
  if (ordered.length === 0) return t('No disc found');
  if (ordered.length === 1) return t('1 disc: {0}', ordered[0].name);
  return t('{0} discs, {1} to {2}', ordered.length, ordered[0].name, ordered[ordered.length - 1].name);
}
