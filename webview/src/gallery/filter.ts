import type { GalleryItem } from '@disc-labeling/server/protocol';

/** What a gallery is narrowed down to; empty words stand for everything. */
export interface Filter {
  readonly text: string;
  readonly split: string;
  readonly contrast: string;
  readonly noticesOnly: boolean;
}

export const everything: Filter = { text: '', split: '', contrast: '', noticesOnly: false };

/** Whether an item is shown: every word of the text occurs in its name, its discs' names or its notices. */
export function matches(item: GalleryItem, { text, split, contrast, noticesOnly }: Filter): boolean {
  if (split !== '' && item.split !== split) return false;
  if (contrast !== '' && item.contrast !== contrast) return false;
  if (noticesOnly && item.notices.length === 0) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const discs = item.discs?.map(({ name }) => name) ?? [];
  const haystack = [item.name, item.subject, ...discs, ...item.notices].join('\n').toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/** The different values of a property, in order of the alphabet. */
export const valuesOf = (items: readonly GalleryItem[], property: 'split' | 'contrast'): readonly string[] =>
  [...new Set(items.map((item) => item[property]).filter((value) => value !== null))].sort();
