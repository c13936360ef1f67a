/** A backend whose labelling is a double; `DISC_DOUBLE` holds its options as JSON. */
import { startBackend } from '@disc-labeling/server/backend/backend';
import { LabelingDouble, type DoubleOptions } from './labeling.js';

startBackend(() => new LabelingDouble(JSON.parse(process.env['DISC_DOUBLE'] ?? '{}') as DoubleOptions));
