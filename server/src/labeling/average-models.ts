import type { Model, ModelDescription, WeightTensor } from '@disc-labeling/models/model';
import { UserError } from '@disc-labeling/models/errors';

/**
 * The mean of models that were trained from one another, weight by weight, running statistics included. It is often
 * better than each of them, above all on images unlike those trained on (Wortsman et al. 2022, "Model soups",
 * arXiv:2203.05482). How good it is nobody has measured yet, so that it comes without metrics and fitted scores.
 *
 * @param models at least two; the name is the first's
 * @param contrast what it is for; default: the one that all are for, or any
 * @throws UserError fewer than two, or they differ in network, input or maps
 */
export function averageModels(models: readonly Model[], contrast?: ModelDescription['contrast']): Model {
  const refuse = (why: string, which?: string) => new UserError('cannot average models', why, which);
  if (models.length < 2) throw refuse('one alone has no average; name two or more');
  const [{ description }, ...others] = models;
  for (const other of others) {
    const differing = (['network', 'input', 'channels'] as const).filter(
      (part) => JSON.stringify(other.description[part]) !== JSON.stringify(description[part]),
    );
    if (differing.length > 0)
      throw refuse(
        `it differs from ${description.name} in ${differing.join(' and ')}; only models trained from one another can be averaged`,
        other.description.name,
      );
  }
  const descriptions = models.map((model) => model.description);
  const contrasts = new Set(descriptions.map((one) => one.contrast));
  const weights = new Map(
    [...models[0].weights].map(([tensor, { shape, data }]): [string, WeightTensor] => {
      const sum = Float64Array.from(data);
      for (const other of others) other.weights.get(tensor)!.data.forEach((value, i) => (sum[i] += value));
      return [tensor, { shape, data: Float32Array.from(sum, (value) => value / models.length) }];
    }),
  );
  return {
    description: {
      ...description,
      title: `Mean of ${descriptions.map(({ name }) => name).join(', ')}`,
      contrast: contrast ?? (contrasts.size === 1 ? description.contrast : 'any'),
      provenance: averaged(descriptions),
      metrics: {},
      confidence: undefined,
    },
    weights,
  };
}

function averaged(descriptions: readonly ModelDescription[]): ModelDescription['provenance'] {
  const told = descriptions.map(({ name, provenance: { steps } }) =>
    steps === undefined ? name : `${name} (${String(steps)} steps)`,
  );
  return { data: descriptions[0].provenance['data'] ?? 'unknown', averageOf: told.join(', ') };
}
