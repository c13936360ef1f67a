import type { LeftOut } from '@disc-labeling/server/protocol';
import { h } from '../common/dom.js';
import { t } from '../common/localize.js';

/** Images that are not in the set, and why: by reason, each with its images. */
export function leftOutList(leftOut: readonly LeftOut[]): HTMLElement {
  const reasons = new Map<string, LeftOut[]>();
  for (const one of leftOut) reasons.set(one.reason, [...(reasons.get(one.reason) ?? []), one]);
  const sorted = [...reasons].sort(([, a], [, b]) => b.length - a.length);
  return h(
    'details',
    { class: 'left-out', hidden: leftOut.length === 0 },
    h('summary', {}, t('{0} left out', leftOut.length)),
    h(
      'dl',
      {},
      ...sorted.flatMap(([reason, images]) => [
        h('dt', {}, `${reason} (${images.length})`),
        h('dd', {}, images.map(({ name }) => name).join(', ')),
      ]),
    ),
  );
}
