import { describe, expect, it } from 'vitest';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { fitLogistic, type Observation } from '@disc-labeling/server/evaluation/logistic';

describe('logistic regression', () => {
  it('finds the weights that outcomes were drawn with', () => {
    const random = new Random('logistic');
    const truth = [-1, 3, -2];
    const observations: Observation[] = Array.from({ length: 20_000 }, () => {
      const features = [random.uniform(-1, 1), random.uniform(0, 2)];
      const logit = truth[0] + truth[1] * features[0] + truth[2] * features[1];
      return { features, outcome: random.chance(1 / (1 + Math.exp(-logit))) };
    });
    const found = fitLogistic(observations)!;
    found.forEach((weight, n) => expect(Math.abs(weight - truth[n])).toBeLessThan(0.2));
  });

  it('believes a prior where little was observed, and the observations where there are many', () => {
    // The feature speaks against the outcome, which the prior does not expect.
    const against = (count: number): Observation[] =>
      Array.from({ length: count }, (_, n) => ({ features: [n % 2], outcome: n % 10 < (n % 2 ? 3 : 8) }));
    const prior = { means: [5], deviation: 0.5 };
    expect(fitLogistic(against(30), prior)![1]).toBeGreaterThan(2);
    expect(fitLogistic(against(10_000), prior)![1]).toBeLessThan(0);
    expect(fitLogistic(against(30))![1]).toBeLessThan(0);
  });

  it('stays finite where a feature tells everything', () => {
    const observations = Array.from({ length: 200 }, (_, n) => ({ features: [n], outcome: n >= 100 }));
    for (const weight of fitLogistic(observations)!) expect(Number.isFinite(weight)).toBe(true);
  });

  it('says so where there is nothing to learn from', () => {
    const alike = Array.from({ length: 100 }, (_, n) => ({ features: [n], outcome: true }));
    expect(fitLogistic(alike)).toBeNull();
    expect(fitLogistic([])).toBeNull();
    expect(
      fitLogistic([
        { features: [1], outcome: true },
        { features: [0], outcome: false },
      ]),
    ).toBeNull();
  });
});
