let bundle: Readonly<Record<string, string>> = {};

/** Takes over the translations of the page: English sentence to sentence of the user's language. */
export function useTranslations(translations: Readonly<Record<string, string>>): void {
  bundle = translations;
}

/** The sentence in the user's language, `{0}`, `{1}`, … replaced by the arguments. */
export function t(message: string, ...args: readonly (string | number)[]): string {
  return (bundle[message] ?? message).replace(/\{(\d+)\}/g, (hole, i) => String(args[Number(i)] ?? hole));
}
