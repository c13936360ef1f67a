import { fingerprint, fingerprintDifferences } from '@disc-labeling/server/training/fingerprint';
import { describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

describe('fingerprintDifferences', () => {
  const config = tinyConfig();

  it('names what differs', () => {
    const other = { ...config, network: { ...config.network, stacks: 1 } };
    expect(fingerprintDifferences(fingerprint(config), config)).toEqual([]);
    expect(fingerprintDifferences(fingerprint(other), config)).toEqual(['network.stacks (1, now 2)']);
    expect(fingerprintDifferences(fingerprint(config), tinyConfig({ trainBatch: 3, lr: 1 }))).toEqual([
      'trainBatch (2, now 3)',
    ]);
    const fixed = { ...config, training: { ...config.training, norms: 'fixed' as const } };
    expect(fingerprintDifferences(fingerprint(config), fixed)).toEqual(['norms ("batch", now "fixed")']);
  });

  it('says that a prepared set is another one, without the sums by which that was told', () => {
    const prepared = (digest: string) =>
      JSON.stringify({ ...JSON.parse(fingerprint(config)), data: { source: 'prepared', digest } });
    const now = { ...config, data: { source: 'prepared', contents: { digest: 'b' } } } as never;
    const [only] = fingerprintDifferences(prepared('a'), now).filter((text) => text.includes('prepared set'));
    expect(only).toBe('data (the prepared set is another one, or was prepared anew)');
    expect(fingerprintDifferences(prepared('b'), now).join()).not.toContain('prepared set');
  });

  it('does not mind more threads, another order of keys, or settings the checkpoint did not know yet', () => {
    const { data, ...saved } = JSON.parse(fingerprint(config));
    delete data.reuse;
    delete saved.norms;
    expect(fingerprintDifferences(JSON.stringify({ data, ...saved }), config)).toEqual([]);
    const busy = { ...config, data: { ...config.data, workers: 7 } };
    expect(fingerprintDifferences(fingerprint(config), busy)).toEqual([]);
  });
});
