/**
 * The whole path in the real editor: VS Code in a browser, the packaged extension, its own backend and the
 * shipped model on a real volume. Screenshots are kept in test-results/e2e.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunEditor, screenshots, startEditor } from '../support/e2e.js';
import type { Editor } from '../support/editor.js';
import { patience } from '../support/patience.js';
import { dataDir } from '../support/shared.js';
import type { ShownDisc, ShownTile, Viewer } from '../support/viewer.js';

const data = dataDir();

/** How long what was done by hand may take to show. */
const soon = { timeout: patience };

interface Truth {
  readonly discs: readonly { readonly name: string; readonly world: readonly [number, number, number] }[];
}

/** Where a world point lies on a tile, CSS pixels. */
function project({ fromWorld }: ShownTile, world: readonly number[]): number[] {
  return fromWorld.map((row) => row[0] * world[0] + row[1] * world[1] + row[2] * world[2] + row[3]);
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, axis) => value - b[axis]));

describe.skipIf(!canRunEditor(data))('a volume in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'disc-workspace-'));
  const volume = join(folder, 'cervicothoracic_T1w.nii.gz');
  let editor: Editor;
  let viewer: Viewer;

  beforeAll(async () => {
    copyFileSync(join(data!, 'mri', 'slices', 'cervicothoracic_T1w.nii.gz'), volume);
    writeFileSync(join(folder, 'notes.nii.gz'), 'This is a text file that somebody renamed.\n');
    // In the browser, VS Code saves by itself after a second.
    editor = await startEditor({ folder, settings: { 'files.autoSave': 'off' } });
    viewer = await editor.open(volume);
    unsaved = editor.page.locator('.tab.active.dirty');
  });

  afterAll(async () => {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The tab's sign that there is something to save. */
  let unsaved: Locator;

  const shot = (name: string) => viewer.screenshot(join(screenshots, `${name}.png`));

  it('opens with its discs named, each name at its place', async () => {
    await viewer.reach('labelled');
    await viewer.settled();
    await shot('labelled');
    const discs = await viewer.discs();
    const truth = JSON.parse(
      readFileSync(join(data!, 'mri', 'slices', 'cervicothoracic_T1w.json'), 'utf8'),
    ) as Truth;
    const right = truth.discs.filter(({ name, world }) =>
      discs.some((disc) => disc.name === name && distance(disc.world, world) <= 5),
    );
    expect(right.length).toBeGreaterThanOrEqual(8);
    const farFromAll = discs.filter((disc) =>
      truth.discs.every(({ world }) => distance(disc.world, world) > 5),
    );
    expect(farFromAll.length).toBeLessThanOrEqual(1);
    await expectPlaced(discs);
    // What the screen shows must be the anatomy, not only agree with itself: the true point, projected.
    const [tile] = (await viewer.tiles()).filter(({ plane }) => plane === 'sagittal');
    for (const { name, world } of right) {
      const disc = discs.find((shown) => shown.name === name)!;
      const mmPerPixel = 1 / Math.hypot(tile.fromWorld[0][1], tile.fromWorld[0][2]);
      expect(distance(disc.point, project(tile, world).slice(0, 2)) * mmPerPixel).toBeLessThan(5.5);
    }
  });

  it('keeps names and picture together when zoomed', async () => {
    const before = await viewer.discs();
    const stage = viewer.frame.locator('.stage');
    await stage.focus();
    await stage.press('+');
    await viewer.settled();
    const after = await viewer.discs();
    expect(after.map(({ point }) => point)).not.toEqual(before.map(({ point }) => point));
    await expectPlaced(after);
    await shot('zoomed');
    await stage.press('0');
    await viewer.settled();
  });

  it('names the discs as a reader says who knows one', async () => {
    const before = await viewer.discs();
    const notices = viewer.frame.locator('.notices');
    const [first] = await viewer.frame.locator('.disc-row').all();
    await first.click();
    await viewer.frame.locator('.disc-rows').press('F2');
    await editor.pick('Set Level: C2/C3', 'C4/C5');
    await notices.getByText('Names moved 2 levels down by hand.').waitFor();
    await viewer.settled();
    await shot('level-set');
    const moved = await viewer.discs();
    expect(moved.map(({ value }) => value)).toEqual(before.map(({ value }) => value + 2));
    expect(moved.map(({ world }) => world)).toEqual(before.map(({ world }) => world));
    expect(await viewer.frame.locator('.disc-row[aria-selected=true] .name').innerText()).toBe('C4/C5');
    await editor.command('Disc Labeling: Set Level');
    await editor.pick('Set Level (1 of 2)', 'C5/C6');
    await editor.pick('Set Level: C5/C6', 'Names as the model gave them');
    await notices.getByText('Names moved').waitFor({ state: 'detached' });
    await viewer.settled();
    expect((await viewer.discs()).map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  });

  it('lays the attention over the picture', async () => {
    const stage = viewer.frame.locator('canvas').first();
    const without = await stage.screenshot();
    await editor.command('Disc Labeling: Toggle Attention');
    await viewer.frame.locator('.overlay[data-shown]', { hasText: 'Attention' }).waitFor();
    await viewer.settled();
    await shot('attention');
    expect((await stage.screenshot()).equals(without)).toBe(false);
    await editor.command('Disc Labeling: Toggle Attention');
    await viewer.frame
      .locator('.overlay[data-shown]', { hasText: 'Attention' })
      .waitFor({ state: 'detached' });
  });

  it('takes corrections by hand, and takes them back', async () => {
    const [before] = (await viewer.discs()).filter(({ name }) => name === 'C4/C5');
    await viewer.frame.locator('.stage').focus();
    await viewer.frame.locator('.stage').press('5');
    await viewer.drag(before.point, [before.point[0] + 12, before.point[1] - 9]);
    await unsaved.waitFor();
    await viewer.settled();
    const after = await disc('C4/C5');
    await expectPlaced([after!]);
    expect(distance(after!.point, [before.point[0] + 12, before.point[1] - 9])).toBeLessThan(1.5);
    // The slice stays the one it was found in.
    expect(Math.abs(after!.world[0] - before.world[0])).toBeLessThan(0.05);
    expect(await viewer.frame.locator('.disc-row[aria-selected=true]').innerText()).toContain('by hand');
    await shot('corrected');
    await editor.page.keyboard.press('ControlOrMeta+Z');
    await unsaved.waitFor({ state: 'detached' });
    await expect.poll(async () => (await disc('C4/C5'))?.world, soon).toEqual(before.world);
    await editor.page.keyboard.press('ControlOrMeta+Shift+Z');
    await unsaved.waitFor();
    await expect.poll(async () => (await disc('C4/C5'))?.world, soon).toEqual(after!.world);
  });

  it('leaves a disc where it was when its drag is taken away', async () => {
    const before = (await disc('C4/C5'))!;
    const away = [before.point[0] - 20, before.point[1] + 4] as const;
    const point = viewer.frame.locator(`.disc-point[data-point-of="${before.value}"]:visible`).first();
    const place = () => point.boundingBox();
    const at = await place();
    await viewer.drag(before.point, away, { cancelled: true });
    await viewer.settled();
    expect(await place()).toEqual(at);
    expect((await disc('C4/C5'))?.world).toEqual(before.world);
  });

  it('recovers its labels after the backend was killed', async () => {
    const names = (await viewer.discs()).map(({ name }) => name);
    const corrected = (await disc('C4/C5'))!.world;
    expect(spawnSync('pkill', ['-KILL', '-f', `${editor.profile}.*dist/server.mjs`]).status).toBe(0);
    await viewer.reach('disconnected', 'labelling', 'loading');
    await shot('backend-gone');
    await viewer.reach('labelled');
    expect((await viewer.discs()).map(({ name }) => name)).toEqual(names);
    // What was corrected by hand is not lost with it.
    await expect.poll(async () => (await disc('C4/C5'))?.world, soon).toEqual(corrected);
    await shot('backend-back');
  });

  it('has corrections that are not saved again in the next window', async () => {
    const corrected = (await disc('C4/C5'))!.world;
    const before = backups();
    await viewer.frame.locator('.disc-row', { hasText: 'T3/T4' }).click();
    await viewer.frame.locator('.disc-rows').press('Delete');
    // VS Code backs up after a while without further changes.
    await expect.poll(backups, soon).not.toEqual(before);
    await editor.page.reload();
    viewer = await editor.viewer('cervicothoracic');
    await viewer.reach('labelled');
    await unsaved.waitFor();
    await expect.poll(async () => (await disc('C4/C5'))?.world, soon).toEqual(corrected);
    expect(await disc('T3/T4')).toBeUndefined();
  });

  it('has them, too, where VS Code lost what it kept', async () => {
    const corrected = (await disc('C4/C5'))!.world;
    await editor.forget();
    viewer = await editor.open(volume);
    await viewer.reach('labelled');
    await unsaved.waitFor();
    await expect.poll(async () => (await disc('C4/C5'))?.world, soon).toEqual(corrected);
    expect(await disc('T3/T4')).toBeUndefined();
    await shot('recovered');
    await editor.page.keyboard.press('ControlOrMeta+Z');
    await unsaved.waitFor({ state: 'detached' });
    await expect.poll(async () => (await disc('T3/T4'))?.name, soon).toBe('T3/T4');
    await editor.page.keyboard.press('ControlOrMeta+Shift+Z');
    await unsaved.waitFor();
  });

  it('saves corrected discs, and labels again without them when told to', async () => {
    const last = (await disc('T2/T3'))!;
    await viewer.frame.locator('.disc-row', { hasText: 'T2/T3' }).click();
    await viewer.frame.locator('.disc-rows').press('Delete');
    await expect.poll(() => disc('T2/T3'), soon).toBeUndefined();
    await viewer.frame.locator('.stage').press('5');
    await viewer.click(last.point);
    await editor.pick('Add Disc', 'T2/T3');
    await expect.poll(async () => (await disc('T2/T3'))?.name, soon).toBe('T2/T3');
    await viewer.frame.locator('.stage').focus();
    await editor.page.keyboard.press('ControlOrMeta+S');
    await editor.notified('Labels saved as');
    await unsaved.waitFor({ state: 'detached' });
    const { GeneratedBy, Discs } = JSON.parse(
      readFileSync(join(folder, 'cervicothoracic_T1w_label-discs_dlabel.json'), 'utf8'),
    ) as { GeneratedBy: { CorrectedByHand?: boolean }[]; Discs: { name: string; byHand?: boolean }[] };
    expect(GeneratedBy[0].CorrectedByHand).toBe(true);
    expect(Discs.filter(({ byHand }) => byHand).map(({ name }) => name)).toEqual(['C4/C5', 'T2/T3']);
    await viewer.frame.locator('.disc-rows').press('Delete');
    await unsaved.waitFor();
    await viewer.frame.getByText('Label Again').click();
    await editor.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Discard' }).click();
    await unsaved.waitFor({ state: 'detached' });
    await expect.poll(() => viewer.frame.getByText('corrected by hand').count(), soon).toBe(0);
    await viewer.reach('labelled');
    await expect.poll(async () => (await disc('T2/T3'))?.world, soon).toEqual(last.world);
  });

  it('gives up corrections that are closed without saving', async () => {
    const before = await viewer.discs();
    await expect.poll(ownBackups, soon).toEqual([]);
    await viewer.frame.locator('.disc-row', { hasText: 'C5/C6' }).click();
    await viewer.frame.locator('.disc-rows').press('Delete');
    await unsaved.waitFor();
    await expect.poll(ownBackups, soon).not.toEqual([]);
    await editor.command('View: Close Editor');
    await editor.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" }).click();
    await expect.poll(ownBackups, soon).toEqual([]);
    viewer = await editor.open(volume);
    await viewer.reach('labelled');
    await viewer.settled();
    expect((await viewer.discs()).map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    expect(await unsaved.count()).toBe(0);
  });

  it('takes corrections that are not saved along when the volume is renamed', async () => {
    const before = await viewer.discs();
    await viewer.frame.locator('.disc-row', { hasText: 'C5/C6' }).click();
    await viewer.frame.locator('.disc-rows').press('Delete');
    await unsaved.waitFor();
    await editor.rename('cervicothoracic_T1w.nii.gz', 'renamed_T1w.nii.gz');
    viewer = await editor.viewer('renamed_T1w');
    await viewer.reach('labelled');
    await unsaved.waitFor();
    await expect.poll(async () => (await viewer.discs()).length, soon).toBe(before.length - 1);
    await shot('renamed');
    expect(await disc('C5/C6')).toBeUndefined();
    // Another volume of the former name is none of theirs.
    copyFileSync(join(folder, 'renamed_T1w.nii.gz'), volume);
    viewer = await editor.open(volume);
    await viewer.reach('labelled');
    await viewer.settled();
    expect((await disc('C5/C6'))?.name).toBe('C5/C6');
    expect(await unsaved.count()).toBe(0);
    await editor.delete('renamed_T1w.nii.gz');
    await expect.poll(ownBackups, soon).toEqual([]);
  });

  it('takes them along with a folder, and gives them up with it', async () => {
    mkdirSync(join(folder, 'before'));
    copyFileSync(volume, join(folder, 'before', 'inside_T1w.nii.gz'));
    viewer = await editor.open(join(folder, 'before', 'inside_T1w.nii.gz'));
    await viewer.reach('labelled');
    await viewer.settled();
    await viewer.frame.locator('.disc-row', { hasText: 'C5/C6' }).click();
    await viewer.frame.locator('.disc-rows').press('Delete');
    await unsaved.waitFor();
    await expect.poll(ownBackups, soon).not.toEqual([]);
    // What VS Code would give up by itself with a volume, it asks about with a folder. They have gone along already.
    const answer = (button: RegExp): Promise<void> =>
      editor.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).click();
    const goneAlong = async (from: string): Promise<void> => {
      await expect.poll(() => editor.page.locator('.tab', { hasText: from }).count(), soon).toBe(0);
      viewer = await editor.viewer('inside_T1w');
      await viewer.reach('labelled');
      await unsaved.waitFor();
      await expect.poll(() => disc('C5/C6'), soon).toBeUndefined();
      await expect.poll(ownBackups, soon).toHaveLength(1);
    };
    await editor.rename('before', 'between');
    await answer(/^Don't Save$/);
    await goneAlong('before');
    await editor.rename('between', 'afterwards');
    await answer(/^Save$/);
    await editor.page
      .locator('.notification-toast', { hasText: 'went along, still to be saved: afterwards' })
      .waitFor();
    await goneAlong('between');
    await shot('folder-renamed');
    await editor.delete('afterwards');
    await expect.poll(ownBackups, soon).toEqual([]);
  });

  it('says what is wrong with a file that is no volume', async () => {
    viewer = await editor.open(join(folder, 'notes.nii.gz'));
    await viewer.reach('error');
    await shot('not-a-volume');
    expect(await viewer.frame.locator('#viewer').innerText()).toMatch(/not a NIfTI file|text/i);
  });

  /** When VS Code has backed up what is not saved, by file. */
  function backups(): Record<string, number> {
    const folder = join(editor.profile, 'user-data', 'User', 'Backups');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /vscode-custom-editor./.test(path),
    );
    return Object.fromEntries(files.map((path) => [path, statSync(join(folder, path)).mtimeMs]));
  }

  /** The files in which the extension itself keeps what is not saved. */
  function ownBackups(): string[] {
    const storage = join(editor.profile, 'user-data', 'User', 'globalStorage');
    return readdirSync(join(storage, 'disc-labeling.disc-labeling', 'corrections')).filter((name) =>
      name.endsWith('.json'),
    );
  }

  const disc = async (wanted: string): Promise<ShownDisc | undefined> =>
    (await viewer.discs()).find(({ name }) => name === wanted);

  /** Every name's point is where the tile says its world place is. */
  async function expectPlaced(discs: readonly ShownDisc[]): Promise<void> {
    const [tile] = (await viewer.tiles()).filter(({ plane }) => plane === 'sagittal');
    expect(discs.length).toBeGreaterThan(0);
    for (const disc of discs)
      expect(distance(disc.point, project(tile, disc.world).slice(0, 2))).toBeLessThan(1.5);
  }
});
