import { fileURLToPath } from 'node:url';

/** VS Code's name of this platform, as in `vsce package --target`. */
export const target = `${process.platform}-${process.arch}`;

/** Where scripts/package.mjs puts the extension package of this platform. */
export const vsixPath = fileURLToPath(new URL(`../dist/disc-labeling-${target}.vsix`, import.meta.url));
