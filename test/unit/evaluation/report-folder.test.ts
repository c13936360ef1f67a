import { readReport, ReportFolder } from '@disc-labeling/server/evaluation/report-folder';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportOf } from './reports.js';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'report-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

describe("a report's folder", () => {
  it('appears as a whole, and replaces an earlier report', async () => {
    for (const model of ['first', 'second']) {
      const folder = await ReportFolder.begin(join(root, 'report'));
      await folder.write(`pictures/${model}.png`, 'png');
      expect((await readdir(root)).filter((name) => !name.startsWith('.'))).toEqual(
        model === 'first' ? [] : ['report'],
      );
      await folder.finish(reportOf(model, {}));
      expect(await readdir(root)).toEqual(['report']);
      expect(await readdir(join(root, 'report', 'pictures'))).toEqual([`${model}.png`]);
      expect((await readReport(join(root, 'report'))).model.name).toBe(model);
    }
  });

  it('leaves nothing when it is given up', async () => {
    const folder = await ReportFolder.begin(join(root, 'report'));
    await folder.write('pictures/a.png', 'png');
    await folder.discard();
    expect(await readdir(root)).toEqual([]);
  });

  it('does not take the place of something else', async () => {
    await writeFile(join(root, 'notes.txt'), '');
    await expect(ReportFolder.begin(root)).rejects.toThrow(/holds other files/);
    expect(await readdir(root)).toEqual(['notes.txt']);
  });

  it('clears away what a killed process left, not what a living one writes', async () => {
    await mkdir(join(root, '.report.new-999999999-abc'));
    await mkdir(join(root, `.report.new-${process.pid}-abc`));
    const folder = await ReportFolder.begin(join(root, 'report'));
    await folder.discard();
    expect(await readdir(root)).toEqual([`.report.new-${process.pid}-abc`]);
  });

  it('is asked for where there is none', async () => {
    await expect(readReport(root)).rejects.toThrow(/holds no report/);
  });
});
