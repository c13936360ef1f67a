/** Writes the JSON schema of `disc-labeling.json`, for completion and hover: schemas/disc-labeling.schema.json. */
import { build } from 'esbuild';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { backend } from './bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(root, 'node_modules', '.cache', `schema-${process.pid}.mjs`);
try {
  await build({
    ...backend,
    bundle: true,
    absWorkingDir: root,
    entryPoints: ['server/src/configuration/json-schema.ts'],
    outExtension: undefined,
    outfile,
    logLevel: 'warning',
  });
  const { adviceSchema } = await import(pathToFileURL(outfile).href);
  await mkdir(join(root, 'schemas'), { recursive: true });
  const text = await format(JSON.stringify(adviceSchema()), { parser: 'json', printWidth: 110 });
  await writeFile(join(root, 'schemas', 'disc-labeling.schema.json'), text);
} finally {
  await rm(outfile, { force: true });
}
