import { h } from '../common/dom.js';

/** Words that do something when they are pressed. */
export const link = (
  words: string,
  act: () => void,
  attributes: { class: string; title?: string },
): HTMLElement =>
  h(
    'vscode-link',
    {
      ...attributes,
      href: '#',
      onclick: (event: Event) => {
        event.preventDefault();
        act();
      },
    },
    words,
  );
