import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { labelPaths } from '../../volume/labels.js';
import { parseImageName, parseLabelName } from './names.js';

/**
 * The disc label file of an image, by names alone: in the dataset's derivatives (`labels` before others) or beside the
 * image, today's label names before older ones. Labels that *Save Labels* wrote beside the image are this program's own
 * and no truth.
 * @param image absolute path
 * @returns path of the label file; null where there is none
 */
export async function findLabelOf(image: string): Promise<string | null> {
  const name = parseImageName(basename(image));
  if (!name) return null;
  for (const folder of await foldersOf(image)) {
    const found = (await namesIn(folder))
      .map((file) => ({ file, label: parseLabelName(file) }))
      .filter(({ label }) => label?.image.stem === name.stem)
      .sort((a, b) => a.label!.rank - b.label!.rank);
    for (const { file } of found) {
      const path = join(folder, file);
      if (folder !== dirname(image) || !(await isOwn(path, image))) return path;
    }
  }
  return null;
}

/** Where labels of an image may lie, the likeliest first. */
async function foldersOf(image: string): Promise<string[]> {
  const folder = dirname(image);
  const parts = folder.split(sep);
  const at = parts.findIndex((part) => /^sub-[a-zA-Z0-9+]+$/.test(part));
  if (at < 0) return [folder];
  const inDerivatives = parts[at - 2] === 'derivatives';
  const root = parts.slice(0, inDerivatives ? at - 2 : at).join(sep);
  const derivatives = join(root || sep, 'derivatives');
  const within = parts.slice(at).join(sep);
  const pipelines = (await namesIn(derivatives)).sort(
    (a, b) => Number(b === 'labels') - Number(a === 'labels') || (a < b ? -1 : 1),
  );
  return [...pipelines.map((pipeline) => join(derivatives, pipeline, within)), folder];
}

/** True for what this program wrote beside the image, as the sidecar says. */
async function isOwn(path: string, image: string): Promise<boolean> {
  const { volume, sidecar } = labelPaths(image);
  if (path !== volume) return false;
  const text = await readFile(sidecar, 'utf8').catch(() => '');
  return /"Name":\s*"disc-labeling"/.test(text);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
