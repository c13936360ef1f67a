import { UserError } from '@disc-labeling/models/errors';
import { completeConfig } from '../../training/prepared-config.js';
import type { Configuration } from '../read.js';

/** With what only the prepared set can tell; null where there is no such set, or it doesn't fit. */
export const completed = ({ training }: Configuration) =>
  completeConfig(training).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
