import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';

/**
 * The engine that computes training steps.
 * @throws UserError for a choice that can only infer
 */
export function trainingEngine(choice: EngineChoice = 'auto'): 'onnxruntime-cpu' {
  if (choice === 'auto' || choice === 'onnxruntime-cpu') return 'onnxruntime-cpu';
  throw new UserError(
    'cannot train',
    `${choice} cannot compute training steps; use --engine onnxruntime-cpu`,
  );
}
