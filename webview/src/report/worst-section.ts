import { h, icon } from '../common/dom.js';
import { t } from '../common/localize.js';
import type { ShownReport, ShownSubject } from '../messages/report.js';
import { keyOf, type PageContext } from './context.js';
import { badness, errorsOf, largestDistance, millimetres, worstDisc } from './figures.js';

/** Pictures shown at first, and added at each wish for more. */
const portion = 6;

/** Pictures of the images that went worst; null where there is no picture at all. */
export function worstSection(
  report: ShownReport,
  pictures: Readonly<Record<string, string>>,
  context: PageContext,
): HTMLElement | null {
  const ranked = report.subjects
    .filter(({ name }) => Object.hasOwn(pictures, name))
    .sort((a, b) => badness(b) - badness(a));
  if (ranked.length === 0) return null;
  const gallery = h('div', { class: 'gallery' });
  const more = h(
    'vscode-button',
    {
      appearance: 'secondary',
      onclick: () => {
        add();
        // The button that had the focus may be gone.
        if (more.hidden) (gallery.lastElementChild?.querySelector('button') as HTMLElement | null)?.focus();
      },
    },
    t('Show More'),
  );
  const add = (): void => {
    const shown = gallery.childElementCount;
    gallery.append(
      ...ranked
        .slice(shown, shown + portion)
        .map((subject) => card(subject, pictures[subject.name], context)),
    );
    more.hidden = gallery.childElementCount >= ranked.length;
  };
  add();
  return h(
    'section',
    { class: 'worst', 'aria-labelledby': 'worst-title' },
    h('h2', { id: 'worst-title' }, t('Worst cases')),
    gallery,
    more,
  );
}

function card(subject: ShownSubject, picture: string, context: PageContext): HTMLElement {
  const { name, counts } = subject;
  const errors = errorsOf(counts);
  const disc = worstDisc(subject);
  const label = context.inEditor ? t('Open {0}', name) : t('Enlarge the picture of {0}', name);
  const image = h('img', { src: picture, alt: t('{0}: truth and prediction', name), loading: 'lazy' });
  return h(
    'figure',
    { class: 'card' },
    h(
      'button',
      {
        type: 'button',
        class: 'picture-button',
        title: label,
        'aria-label': label,
        onclick: () => (context.inEditor ? context.open(name, disc && keyOf(disc)) : enlarge(name, picture)),
      },
      image,
    ),
    h(
      'figcaption',
      {},
      h('span', { class: 'card-name' }, name),
      h(
        'span',
        { class: 'explain' },
        errors === 1 ? t('1 error') : t('{0} errors', errors),
        ` \u00b7 ${t('up to {0} mm', millimetres(largestDistance(subject)))}`,
      ),
    ),
  );
}

/** The picture as large as the window. */
function enlarge(name: string, picture: string): void {
  const dialog = h(
    'dialog',
    { class: 'lightbox', 'aria-label': name },
    h(
      'form',
      { method: 'dialog' },
      h('span', {}, name),
      h('button', { class: 'plain', 'aria-label': t('Close'), autofocus: true }, icon('close')),
    ),
    h('img', { src: picture, alt: t('{0}: truth and prediction', name) }),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
