import { describe, expect, test } from 'vitest';
import { RestartPolicy } from '../../../client/src/restart-policy.js';

const minute = 60_000;

describe('restarting after crashes', () => {
  test('gives up at the fourth crash within three minutes', () => {
    const policy = new RestartPolicy();
    expect([0, 1, 2, 3].map((second) => policy.crashed(second * 1000))).toEqual([true, true, true, false]);
  });

  test('crashes far apart never end it', () => {
    const policy = new RestartPolicy();
    for (let i = 0; i < 20; i++) expect(policy.crashed(i * 2 * minute)).toBe(true);
  });

  test('a restart by hand forgets', () => {
    const policy = new RestartPolicy();
    for (let i = 0; i < 4; i++) policy.crashed(i);
    policy.reset();
    expect(policy.crashed(10)).toBe(true);
  });
});
