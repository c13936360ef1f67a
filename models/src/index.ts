export * from './config.js';
export * from './errors.js';
export * from './model.js';
export * from './training.js';
export { initialWeights, networkTensors, type NetworkTensor } from './layers-listing.js';
export { chooseEngine, createInference, createInferenceInWorker, engineStatuses } from './engines/index.js';
export * from './engines/types.js';
export { recordInference } from './compile/inference-graph.js';
export { createTrainingStep, type TrainingStepOptions } from './compile/training-step.js';
