/** One observation of a yes-or-no outcome. */
export interface Observation {
  readonly features: readonly number[];
  readonly outcome: boolean;
}

/** What the weights of the features are likely to be before anything is observed: normal, independent of each other. */
export interface Prior {
  readonly means: readonly number[];
  readonly deviation: number;
}

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares): the likeliest weights
 * given the observations and the prior, which also keeps them finite where outcomes can be told apart perfectly.
 *
 * @param prior of the features' weights, not of the constant; by default it knows next to nothing
 * @returns the constant, then one weight per feature; null where all outcomes are alike or there is too little to go by
 */
export function fitLogistic(observations: readonly Observation[], prior?: Prior): number[] | null {
  const count = (observations[0]?.features.length ?? 0) + 1;
  const { means, deviation } = prior ?? vague(count - 1);
  const hold = 1 / deviation ** 2;
  const right = observations.filter(({ outcome }) => outcome).length;
  if (right === 0 || right === observations.length || observations.length < 10 * count) return null;
  const rows = observations.map(({ features, outcome }) => ({ x: [1, ...features], y: Number(outcome) }));
  let weights = new Array<number>(count).fill(0);
  for (let round = 0; round < 50; round++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : hold * (weight - means[i - 1])));
    const hessian = weights.map((_, i) => weights.map((_, j) => (i === j && i > 0 ? hold : 0)));
    for (const { x, y } of rows) {
      const p = logistic(x, weights);
      x.forEach((value, i) => {
        gradient[i] += value * (p - y);
        x.forEach((other, j) => (hessian[i][j] += value * other * p * (1 - p)));
      });
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - step[i]);
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return weights;
}

const vague = (features: number): Prior => ({ means: new Array<number>(features).fill(0), deviation: 30 });

const logistic = (x: readonly number[], weights: readonly number[]): number =>
  1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * weights[i], 0)));

/** Gaussian elimination of a small positive definite system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const count = rows.length;
  for (let i = 0; i < count; i++)
    for (let k = i + 1; k < count; k++) {
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j <= count; j++) rows[k][j] -= factor * rows[i][j];
    }
  const solution = new Array<number>(count).fill(0);
  for (let i = count - 1; i >= 0; i--) {
    let rest = rows[i][count];
    for (let j = i + 1; j < count; j++) rest -= rows[i][j] * solution[j];
    solution[i] = rest / rows[i][i];
  }
  return solution;
}
