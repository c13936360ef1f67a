import { describe, expect, it, vi } from 'vitest';
import { DiscEdits } from '../../../client/src/editor/disc-edits.js';

const discs = (...values: number[]) =>
  values.map((value) => ({
    value,
    name: `disc ${value}`,
    voxel: [0, 0, value] as const,
    world: [0, 0, value] as const,
    score: 0.9,
  }));

const values = (edits: DiscEdits): number[] => edits.shown.map(({ value }) => value);

/** Discs 3 and 4 were found, and 4 was removed. */
function corrected() {
  const edits = new DiscEdits();
  const show = vi.fn();
  edits.found(discs(3, 4), { keep: true });
  const edit = edits.correct(discs(3), show);
  return { edits, edit, show };
}

describe('corrections of discs', () => {
  it('are shown, undone and redone', () => {
    const { edits, edit, show } = corrected();
    expect(values(edits)).toEqual([3]);
    expect([edits.corrected, edits.unsaved]).toEqual([true, true]);
    edit.undo();
    expect(values(edits)).toEqual([3, 4]);
    expect([edits.corrected, edits.unsaved]).toEqual([false, false]);
    edit.redo();
    expect(values(edits)).toEqual([3]);
    expect(show).toHaveBeenCalledTimes(3);
  });

  it('are saved, and reverted to what was saved', () => {
    const { edits } = corrected();
    edits.saved(edits.shown);
    expect([edits.corrected, edits.unsaved, edits.written]).toEqual([true, false, true]);
    edits.correct(discs(5), () => {});
    expect(edits.unsaved).toBe(true);
    edits.revert();
    expect(values(edits)).toEqual([3]);
    expect(edits.unsaved).toBe(false);
  });

  it.each([true, false])('outlive a labelling that the user did not ask for (saved: %s)', (saved) => {
    const { edits, edit } = corrected();
    if (saved) edits.saved(edits.shown);
    edits.found(discs(3, 4), { keep: true });
    expect(values(edits)).toEqual([3]);
    expect([edits.corrected, edits.unsaved]).toEqual([true, !saved]);
    edit.undo();
    expect(values(edits)).toEqual([3, 4]);
  });

  it('are given up where the user asks for it, with their undoing', () => {
    const { edits, edit, show } = corrected();
    edits.found(discs(3, 4, 5), { keep: false });
    edit.undo();
    edit.redo();
    expect(values(edits)).toEqual([3, 4, 5]);
    expect([edits.corrected, edits.unsaved]).toEqual([false, false]);
    expect(show).toHaveBeenCalledTimes(1);
  });

  it('stay where they were not seen yet when the user asks for labels', () => {
    const edits = new DiscEdits();
    edits.restore(discs(7));
    edits.found(discs(3, 4), { keep: false });
    expect(values(edits)).toEqual([7]);
  });

  it('are at stake until they are saved or undone', () => {
    const { edits, edit } = corrected();
    expect(edits.atStake).toEqual(edits.shown);
    edit.undo();
    expect(edits.atStake).toBeNull();
    edit.redo();
    edits.saved(edits.shown);
    expect(edits.atStake).toBeNull();
    edits.withdraw();
    expect(edits.atStake).toBeNull();
    edits.found(discs(3, 4), { keep: true });
    // As they were found is not as they were saved.
    edit.undo();
    expect(edits.atStake?.map(({ value }) => value)).toEqual([3, 4]);
  });

  it('outlive a file that changes while it is open', () => {
    const { edits } = corrected();
    edits.withdraw();
    expect(values(edits)).toEqual([]);
    expect([edits.waiting, edits.atStake?.length]).toEqual([true, 1]);
    edits.found(discs(3, 4), { keep: true });
    expect(values(edits)).toEqual([3]);
    expect([edits.waiting, edits.unsaved]).toEqual([false, true]);
  });

  it('come back from a backup, and are still to be saved', () => {
    const edits = new DiscEdits();
    edits.restore(discs(7));
    expect([edits.waiting, edits.atStake?.length]).toEqual([true, 1]);
    edits.found(discs(3, 4), { keep: true });
    expect(values(edits)).toEqual([7]);
    expect([edits.corrected, edits.unsaved]).toEqual([true, true]);
    edits.revert();
    expect(values(edits)).toEqual([3, 4]);
  });
});
