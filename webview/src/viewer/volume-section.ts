import type { DescribeResponse } from '@disc-labeling/server/protocol';
import { h, icon, setText } from '../common/dom.js';
import { t } from '../common/localize.js';

const times = ' \u00d7 ';

/** What the header says. */
export class VolumeSection {
  readonly #shape = h('dd', { class: 'number' });
  readonly #spacing = h('dd', { class: 'number' });
  readonly #format = h('dd', {});
  readonly #notices = h('ul', { class: 'notices' });
  readonly element = h(
    'section',
    { class: 'volume', 'aria-label': t('Volume') },
    h('h3', {}, t('Volume')),
    h(
      'dl',
      {},
      h('dt', {}, t('Voxels')),
      this.#shape,
      h('dt', {}, t('Spacing')),
      this.#spacing,
      h('dt', {}, t('Format')),
      this.#format,
    ),
    this.#notices,
  );

  update(header: DescribeResponse | null): void {
    this.element.hidden = header === null;
    if (!header) return;
    setText(this.#shape, header.shape.join(times));
    setText(this.#spacing, `${header.spacing.map((mm) => Number(mm.toFixed(3))).join(times)} mm`);
    setText(this.#format, `${header.format}, ${header.datatype}`);
    this.#notices.hidden = header.notices.length === 0;
    if (this.#notices.childElementCount !== header.notices.length)
      this.#notices.replaceChildren(
        ...header.notices.map((notice) => h('li', {}, icon('info'), h('span', {}, notice))),
      );
  }
}
