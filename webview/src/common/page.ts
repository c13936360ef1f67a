import { registerToolkit } from '../toolkit.js';
import { Host } from './host.js';
import { useTranslations } from './localize.js';

/**
 * Widgets and translations.
 * @returns the element to fill
 */
export function preparePage(): HTMLElement {
  registerToolkit();
  // The extension host puts them into the page.
  useTranslations(JSON.parse(document.body.dataset['l10n'] ?? '{}') as Record<string, string>);
  return document.querySelector<HTMLElement>('[data-page]')!;
}

/**
 * What every page in the editor begins with: widgets, translations, and errors sent to the extension's log.
 * @returns the host, and the element to fill
 */
export function startPage<State, Request, Action = never, Memory = unknown>(): {
  readonly host: Host<State, Request, Action, Memory>;
  readonly root: HTMLElement;
} {
  const root = preparePage();
  const host = new Host<State, Request, Action, Memory>();
  window.addEventListener('error', ({ message }) => host.log('error', message));
  window.addEventListener('unhandledrejection', ({ reason }) => host.log('error', String(reason)));
  return { host, root };
}
