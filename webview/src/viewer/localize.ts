/** Translations the extension host put into the page: English sentence to sentence of the user's language. */
const bundle = JSON.parse(document.body.dataset['l10n'] ?? '{}') as Readonly<Record<string, string>>;

/** The sentence in the user's language, `{0}`, `{1}`, … replaced by the arguments. */
export function t(message: string, ...args: readonly (string | number)[]): string {
  return (bundle[message] ?? message).replace(/\{(\d+)\}/g, (hole, i) => String(args[Number(i)] ?? hole));
}
