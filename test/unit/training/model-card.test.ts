import { modelDescriptionSchema } from '@disc-labeling/models/model';
import { modelCard, modelDescription } from '@disc-labeling/server/training/model-card';
import { describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

const metrics = {
  epoch: 4,
  step: 20,
  learningRate: 0.001,
  trainingLoss: 0.2,
  validationLoss: 0.3,
  accuracy: 0.75,
  falseRate: 0.01,
  medianDistance: 1.5,
  seconds: 60,
};

describe('modelDescription', () => {
  const provenance = { command: 'disc-labeling train c.json', steps: 20, seconds: 60 };
  const description = modelDescription(tinyConfig(), metrics, provenance);

  it('is a valid model.json that tells how the weights came to be', () => {
    expect(modelDescriptionSchema.parse(description)).toEqual(description);
    expect(description.provenance).toMatchObject({
      ...provenance,
      data: 'phantom',
      seed: 42,
      optimizer: 'rmsprop',
    });
    expect(description.metrics['accuracy']).toBe(0.75);
  });

  it('becomes a card with origin, meaning and figures', () => {
    const card = modelCard({ description, weights: new Map() });
    expect(card).toContain('| command | disc-labeling train c.json |');
    expect(card).toContain('| accuracy | 0.75 |');
    expect(card).toContain('held-out phantoms, not on patients');
    expect(card).toContain('one each for C2/C3, C3/C4');
  });
});
