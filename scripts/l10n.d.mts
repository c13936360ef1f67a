/** Every sentence of the extension and its webviews, in order of the alphabet. */
export function sentences(): string[];
