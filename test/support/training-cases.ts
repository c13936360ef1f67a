import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkConfig } from '@disc-labeling/models/config';
import type { Weights } from '@disc-labeling/models/model';
import { readFloatNpy } from '@disc-labeling/models/npy';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { inferNetworkConfig } from '@disc-labeling/models/weights/infer';
import { readPytorchCheckpoint } from '@disc-labeling/models/weights/pytorch';

/** One network with a batch and what the original computed from both. */
export interface TrainingCase {
  readonly name: string;
  readonly config: NetworkConfig;
  readonly weights: Weights;
  readonly batch: TrainingBatch;
  /** A small network whose gradients are well conditioned. */
  readonly tight: boolean;
  readonly json: <T>(file: string) => T;
  readonly array: (file: string) => { shape: readonly number[]; data: Float32Array };
  readonly fullGradients: readonly string[];
}

/** The checkpoints for which the reference folder holds training numbers. */
export function trainingCaseNames(reference: string | null): string[] {
  if (!reference) return [];
  const folder = join(reference, 'training');
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'loss.json')));
}

export function loadCheckpoint(reference: string, name: string): { config: NetworkConfig; weights: Weights } {
  const { weights } = readPytorchCheckpoint(readFileSync(join(reference, 'checkpoints', `${name}.pt`)), name);
  return { weights, config: inferNetworkConfig(weights, name) };
}

export function loadTrainingCase(reference: string, name: string): TrainingCase {
  const folder = join(reference, 'training', name);
  const json = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const array = (file: string, rank = 4) => readFloatNpy(readFileSync(join(folder, file)), rank);
  const input = readFloatNpy(readFileSync(join(reference, 'forward', name, 'input.npy')), 4);
  const { config, weights } = loadCheckpoint(reference, name);
  const patches = existsSync(join(folder, 'target_patches.npy'));
  const described = json<TargetDescription>(patches ? 'target_and_visibility.json' : 'visibility.json');
  const targets = patches ? placePatches(array('target_patches.npy'), described) : array('target.npy');
  const { visibility } = described;
  const batch: TrainingBatch = {
    images: { data: input.data, shape: input.shape as [number, number, number, number] },
    targets,
    visibility: {
      data: Float32Array.from(visibility.flat()),
      shape: [visibility.length, visibility[0]!.length],
    },
  };
  const gradients = join(folder, 'full_gradients');
  const fullGradients = readdirSync(gradients).map((file) => file.replace(/\.npy$/, ''));
  const anyRank = (file: string) => {
    const rank = file.endsWith('.weight.npy') ? [4, 1] : [1];
    for (const r of rank)
      try {
        return array(file, r);
      } catch (error) {
        if (r === rank.at(-1)) throw error;
      }
    throw new Error(file);
  };
  return { name, config, weights, batch, tight: /-b0-/.test(name), json, array: anyRank, fullGradients };
}

interface TargetDescription {
  height: number;
  width: number;
  patch: number;
  /** Per sample and joint; -1 where the map is empty. */
  origin_row_col: [number, number][][];
  /** Per sample and joint, 0 or 1. */
  visibility: number[][];
}

/** Target maps of which only a patch around each disc is stored. */
function placePatches(
  patches: { shape: readonly number[]; data: Float32Array },
  described: TargetDescription,
): { shape: number[]; data: Float32Array } {
  const [n, joints] = patches.shape as [number, number];
  const { height, width, patch, origin_row_col: origins } = described;
  const data = new Float32Array(n * joints * height * width);
  origins.flat().forEach(([row, column], map) => {
    if (row < 0) return;
    for (let r = 0; r < patch; r++)
      for (let c = 0; c < patch; c++)
        data[(map * height + row + r) * width + column + c] = patches.data[(map * patch + r) * patch + c]!;
  });
  return { shape: [n, joints, height, width], data };
}
