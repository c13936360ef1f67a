/** A backend whose labelling is a double and that has no other service; `DISC_DOUBLE` holds its options as JSON. */
import { startBackend } from '@disc-labeling/server/backend/backend';
import type { ServiceFactories } from '@disc-labeling/server/backend/services';
import { LabelingDouble, type DoubleOptions } from './labeling.js';

startBackend({
  labeling: () => new LabelingDouble(JSON.parse(process.env['DISC_DOUBLE'] ?? '{}') as DoubleOptions),
} as unknown as ServiceFactories);
