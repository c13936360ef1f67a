/** The typeface of all pictures, brought along so that they look the same on machines without any fonts. */
import { GlobalFonts } from '@napi-rs/canvas';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Roboto (Apache License 2.0), registered under a name of its own; 600 is drawn with the nearest weight, 700. */
const family = 'Disc Labeling Roboto';
const files = ['roboto-latin-400-normal.woff2', 'roboto-latin-700-normal.woff2'];
let registered = false;

/** A packaged extension has the files in `fonts/` beside its bundles; a checkout has them in node_modules. */
function locate(file: string): string {
  const beside = fileURLToPath(new URL(`./fonts/${file}`, import.meta.url));
  return existsSync(beside)
    ? beside
    : createRequire(import.meta.url).resolve(`@fontsource/roboto/files/${file}`);
}

/** A CSS font for a canvas, e.g. `font(16, 600)`. */
export function font(pixels: number, weight: 400 | 600 = 400): string {
  if (!registered) for (const file of files) GlobalFonts.registerFromPath(locate(file), family);
  registered = true;
  return `${weight} ${pixels}px "${family}", sans-serif`;
}
