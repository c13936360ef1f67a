export interface PageParts {
  readonly nonce: string;
  /** The webview's own source, for the content security policy. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Which page it is; its root element carries it in `data-page` and as its id. */
  readonly name: string;
  /** Translations for the page, English sentence to sentence. */
  readonly translations: Readonly<Record<string, unknown>> | undefined;
  readonly language: string;
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!);

/**
 * The HTML of a page. Only our own script runs, nothing comes from elsewhere, nothing is evaluated. Pictures: the
 * volume renderer decodes its font from a `data:` address.
 */
export function pageHtml({
  name,
  nonce,
  cspSource,
  script,
  style,
  translations,
  language,
}: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} blob: data:`,
    `connect-src ${cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escape(language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${escape(style)}" />
    <title>Disc Labeling</title>
  </head>
  <body data-l10n="${escape(JSON.stringify(translations ?? {}))}">
    <div id="${escape(name)}" data-page="${escape(name)}" data-state="loading"></div>
    <script nonce="${nonce}" src="${escape(script)}"></script>
  </body>
</html>`;
}
