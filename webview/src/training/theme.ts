import type { LineColor } from './series.js';

/** Colours as a canvas takes them, from the editor's theme. */
export interface ChartTheme {
  readonly text: string;
  readonly grid: string;
  readonly line: (color: LineColor) => string;
  readonly font: string;
}

const own = { training: 'blue', validation: 'orange', third: 'green' } as const;
const others = ['purple', 'red', 'yellow', 'green'] as const;

/** Reads the theme off the document; to be read again when the theme changes. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const text = read('--vscode-foreground', '#888888');
  return {
    text,
    grid: read('--vscode-editorIndentGuide-background1', read('--vscode-editorWidget-border', '#80808040')),
    font: `11px ${read('--vscode-font-family', 'sans-serif')}`,
    line: (color) => {
      const name =
        color in own ? own[color as keyof typeof own] : others[Number(color.slice(5)) % others.length];
      return read(`--vscode-charts-${name}`, text);
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
