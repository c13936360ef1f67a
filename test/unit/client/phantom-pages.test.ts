import { describe, expect, test } from 'vitest';
import {
  calibrationPage,
  measurementPage,
  robustnessPage,
} from '../../../client/src/evaluation/phantom-pages.js';
import type { DiscCounts } from '../../../server/src/protocol/index.js';
import { t } from '../../support/translate.js';

const counts = (total: number, identified: number): DiscCounts => ({
  total,
  identified,
  shifted: 1,
  misnamed: 2,
  missed: 3,
  false: 4,
  identificationRate: total === 0 ? null : identified / total,
  distance: {
    mean: 1,
    std: 1,
    median: total === 0 ? null : 0.567,
    p95: 2,
  },
});

describe('pages of what was measured on synthetic spines', () => {
  test('say how many discs are right, in all and by level and group', () => {
    const page = measurementPage(
      {
        model: 'my_model',
        engine: 'onnxruntime-cpu',
        phantoms: 20,
        seed: 1,
        summary: counts(200, 190),
        levels: [{ value: 3, name: 'C2/C3', ...counts(20, 19) }],
        groups: [{ name: 'can be seen', ...counts(180, 177) }],
      },
      t,
    );
    expect(page).toContain('# my\\_model on 20 synthetic spines');
    expect(page).toContain('| all | 200 | 95.0 % | 1 | 2 | 3 | 4 | 0.57 |');
    expect(page).toContain('| can be seen | 180 | 98.3 % |');
    expect(page).toContain('| C2/C3 | 20 | 95.0 % |');
  });

  test('have a table for each condition, with a dash where nothing is to be found', () => {
    const page = robustnessPage(
      {
        model: 'mine',
        engine: 'onnxruntime-cpu',
        slices: 24,
        volumes: 5,
        seed: 1,
        curves: [
          {
            name: 'rotation',
            title: 'Rotation',
            unit: 'degrees',
            points: [
              { value: -40, summary: counts(100, 50) },
              { value: 0, summary: counts(0, 0) },
            ],
          },
        ],
      },
      t,
    );
    expect(page).toContain('## Rotation');
    expect(page).toContain('| degrees | True |');
    expect(page).toContain('| \\-40 | 100 | 50.0 % |');
    expect(page).toContain('| 0 | 0 | \u2013 | 1 | 2 | 3 | 4 | \u2013 |');
  });

  test('say how often discs of a score are right', () => {
    const page = calibrationPage(
      {
        model: 'mine',
        phantoms: 300,
        seed: 1000,
        extent: 'neck',
        confidence: { bias: -2, evidence: 8, rival: -4 },
        discs: 1500,
        reliability: [
          { from: 0, to: 0.5, discs: 0, right: null },
          { from: 0.95, to: 1, discs: 900, right: 0.997 },
        ],
      },
      t,
    );
    expect(page).toContain('Fitted to 1500 discs');
    expect(page).toContain('| 0 to 0.5 | 0 | \u2013 |');
    expect(page).toContain('| 0.95 to 1 | 900 | 99.7 % |');
  });
});
