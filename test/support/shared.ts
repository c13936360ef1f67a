import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

function folder(variable: string, fallback: string): string | null {
  const path = process.env[variable] ?? `${repository}../shared/${fallback}`;
  if (existsSync(path)) return path;
  if (process.env['CI'])
    throw new Error(`${path} is missing: set ${variable} or put shared/ beside the checkout`);
  console.warn(`skipped: ${path} is not there (set ${variable} to run these tests)`);
  return null;
}

/** Folder with the numbers of the original implementation, or null where this machine has none. */
export const referenceDir = (): string | null => folder('DISC_REFERENCE_DIR', 'reference');

/** Folder with real MRI and odd NIfTI files, or null where this machine has none. */
export const dataDir = (): string | null => folder('DISC_DATA_DIR', 'data');

/** The repository's root, with a trailing slash. */
export const repositoryDir = repository;
