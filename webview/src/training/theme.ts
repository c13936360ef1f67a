import type { LineColor } from './series.js';

/** Colours as a canvas takes them, from the editor's theme. */
export interface ChartTheme {
  readonly text: string;
  readonly grid: string;
  readonly line: (color: LineColor) => string;
  readonly font: string;
}

/** Opaque in every theme, which `charts-orange` is not. */
const own = { training: 'charts-blue', validation: 'charts-yellow', third: 'charts-green' } as const;
const others = ['charts-purple', 'charts-red', 'terminal-ansiCyan', 'terminal-ansiBrightMagenta'] as const;

/** Reads the theme off the document; to be read again when the theme changes. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const text = read('--vscode-foreground', '#888888');
  return {
    text,
    // Of the text's colour, so that it is there, and not loud, in every theme.
    grid: `color-mix(in srgb, ${text} 15%, transparent)`,
    font: `11px ${read('--vscode-font-family', 'sans-serif')}`,
    line: (color) => {
      const name =
        color in own ? own[color as keyof typeof own] : others[Number(color.slice(5)) % others.length];
      return read(`--vscode-${name}`, text);
    },
  };
}

/** Calls back whenever the editor's theme has changed. */
export function onThemeChange(changed: () => void): void {
  let before = '';
  const look = (): void => {
    const { vscodeThemeId = '', vscodeThemeKind = '' } = document.body.dataset;
    const now = `${vscodeThemeId} ${vscodeThemeKind} ${document.documentElement.getAttribute('style') ?? ''}`;
    if (now === before) return;
    before = now;
    changed();
  };
  look();
  const observer = new MutationObserver(look);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
