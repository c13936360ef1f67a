import { describe, expect, test } from 'vitest';
import type { ViewerState } from '../../../webview/src/messages/index.js';
import { phaseOf, type Phase } from '../../../webview/src/viewer/phase.js';
import { regionOf } from '../../../webview/src/viewer/discs.js';

const state: ViewerState = {
  file: { name: 'a.nii', url: 'x', size: 1 },
  header: null,
  problem: null,
  backend: 'ready',
  labels: null,
  truth: null,
  labelling: { phase: 'idle' },
  models: [],
  model: null,
  place: null,
  defaults: { attention: false, heatmap: false },
};
const shown = { loaded: true, problem: null };
const labels = (count: number): ViewerState['labels'] =>
  ({ result: { discs: new Array(count).fill({}) }, overlays: { attention: null, heatmap: null } }) as never;
const running = { phase: 'running', message: '', fraction: null } as const;
const problem = { what: 'cannot read volume', why: 'it is a directory' };

describe('the viewer as a whole', () => {
  test.each<[string, Partial<ViewerState>, Phase]>([
    ['idle and never labelled', {}, 'unlabelled'],
    ['running', { labelling: running }, 'labelling'],
    ['running again keeps the old labels', { labelling: running, labels: labels(3) }, 'labelling'],
    ['done', { labels: labels(3) }, 'labelled'],
    ['done without a disc', { labels: labels(0) }, 'empty'],
    ['failed', { labelling: { phase: 'failed', problem } }, 'error'],
    ['unreadable, whatever else', { problem, labels: labels(3), backend: 'restarting' }, 'error'],
    ['the backend is coming back', { labels: labels(3), backend: 'restarting' }, 'disconnected'],
    ['the backend gave up', { backend: 'failed' }, 'disconnected'],
    ['not trusted', { backend: 'untrusted' }, 'untrusted'],
  ])('%s', (_, change, phase) => {
    expect(phaseOf({ ...state, ...change }, shown)).toBe(phase);
  });

  test('labels that are there before the picture wait for it', () => {
    expect(phaseOf({ ...state, labels: labels(3) }, { loaded: false, problem: null })).toBe('loading');
    expect(phaseOf(null, { loaded: false, problem: null })).toBe('loading');
  });

  test('a picture that cannot be drawn is an error', () => {
    expect(phaseOf(state, { loaded: false, problem })).toBe('error');
  });
});

test('a junction belongs to the region above it', () => {
  expect([3, 8, 9, 20, 21, 25, 49].map(regionOf)).toEqual([
    'cervical',
    'cervical',
    'thoracic',
    'thoracic',
    'lumbar',
    'lumbar',
    'other',
  ]);
});
