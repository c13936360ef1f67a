import type { EngineStatus } from '@disc-labeling/models/engines/types';

export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly contrast: 'T1w' | 'T2w' | 'any';
  readonly path: string;
  readonly origin: 'shipped' | 'user';
  /** Trained with this program, or weights brought in from another one. */
  readonly made: 'trained' | 'imported';
  readonly parameters: number;
  readonly attention: boolean;
  readonly isDefault: boolean;
  /** Path of the model card (Markdown); null where the folder has none. */
  readonly card: string | null;
  /** What validation found, as in `model.json`: `identified`, `accuracy`, `medianDistance`, … */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ImportWeightsParams {
  /** Path of a PyTorch checkpoint of the reference network, or of a safetensors file. */
  readonly file: string;
  /** Of the model that comes out; see {@link modelNamePattern}. */
  readonly name: string;
}

export interface InstallModelParams {
  /** Path of a run folder (its best) or of a model folder. */
  readonly source: string;
  readonly name: string;
}

export interface AverageModelsParams {
  /** Names of models, paths of model folders or of runs (their best): two or more, trained from one another. */
  readonly models: readonly string[];
  readonly name: string;
}

export interface ExportModelParams {
  /** Name of a model, path of a model folder, or of a run folder (its best). */
  readonly model: string;
  /** Ends in `.onnx` or `.safetensors`. */
  readonly file: string;
}

export interface ExportModelResult {
  readonly file: string;
  readonly format: 'onnx' | 'safetensors';
  readonly bytes: number;
}

export interface ModelRequests {
  /** Sent to fill the model picker and the *Models* view. */
  'discLabeling/models': { params: null; result: readonly ModelSummary[] };
  /** Sent by *Show Engines* and the status tooltip. */
  'discLabeling/engines': { params: null; result: readonly EngineStatus[] };
  /** Sent by *Import Weights*. */
  'discLabeling/importWeights': { params: ImportWeightsParams; result: ModelSummary };
  /** Sent by *Install Best as Model*: copies a run's best among the user's own models. */
  'discLabeling/installModel': { params: InstallModelParams; result: ModelSummary };
  /** Sent by *Average Models*: writes their mean among the user's own models. */
  'discLabeling/averageModels': { params: AverageModelsParams; result: ModelSummary };
  /** Sent by *Export Model*. */
  'discLabeling/exportModel': { params: ExportModelParams; result: ExportModelResult };
  /** Sent by *Delete Model* where there is no trash: deletes one of the user's own models for good. */
  'discLabeling/deleteModel': { params: { readonly path: string }; result: null };
}

export const modelRequests = {
  models: 'discLabeling/models',
  engines: 'discLabeling/engines',
  importWeights: 'discLabeling/importWeights',
  installModel: 'discLabeling/installModel',
  averageModels: 'discLabeling/averageModels',
  exportModel: 'discLabeling/exportModel',
  deleteModel: 'discLabeling/deleteModel',
} as const satisfies Record<string, keyof ModelRequests>;

/** What a model may be called: its name is a folder's, too. */
export const modelNamePattern = /^(?!\.)[\w.-]+$/;
