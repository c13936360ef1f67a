import type { RegisterCommand } from '../program.js';
import { registerAnimate } from './animate.js';
import { registerAttention } from './attention.js';
import { registerBench } from './bench.js';
import { registerCalibrate } from './calibrate.js';
import { registerCompare } from './compare.js';
import { registerDataset } from './dataset.js';
import { registerDecode } from './decode.js';
import { registerLabel } from './label.js';
import { registerEvaluate } from './evaluate.js';
import { registerEngines, registerModels } from './models.js';
import { registerPredict } from './predict.js';
import { registerSkeleton } from './skeleton.js';
import { registerTest } from './test.js';
import { registerWeights } from './weights.js';
import { registerTrain } from './train.js';

/** Every command of the command line, in the order of its help. */
export const commands: readonly RegisterCommand[] = [
  registerLabel,
  registerDataset,
  registerSkeleton,
  registerTrain,
  registerEvaluate,
  registerCalibrate,
  registerAttention,
  registerAnimate,
  registerTest,
  registerCompare,
  registerPredict,
  registerDecode,
  registerWeights,
  registerBench,
  registerModels,
  registerEngines,
];
