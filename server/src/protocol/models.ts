import type { EngineStatus } from '@disc-labeling/models/engines/types';

export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly contrast: 'T1w' | 'T2w' | 'any';
  readonly path: string;
  readonly origin: 'shipped' | 'user';
  readonly parameters: number;
  readonly attention: boolean;
  readonly isDefault: boolean;
}

export interface ModelRequests {
  /** Sent to fill the model picker. */
  'discLabeling/models': { params: null; result: readonly ModelSummary[] };
  /** Sent by *Show Engines* and the status tooltip. */
  'discLabeling/engines': { params: null; result: readonly EngineStatus[] };
}

export const modelRequests = {
  models: 'discLabeling/models',
  engines: 'discLabeling/engines',
} as const satisfies Record<string, keyof ModelRequests>;
