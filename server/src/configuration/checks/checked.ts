import type { Disk } from '../disk.js';
import type { Finding, Fix } from '../findings.js';
import type { Configuration } from '../read.js';
import type { ConfigurationText } from '../text.js';

/** A configuration that is looked at: its text, what that says, and what lies on disk around it. */
export interface Checked {
  readonly text: ConfigurationText;
  readonly configuration: Configuration;
  readonly disk: Disk;
}

/** A finding at the value of the first of these settings that is there. */
export function finding(
  { text }: Checked,
  paths: readonly (readonly string[])[],
  about: Omit<Finding, 'start' | 'end' | 'fixes'> & { readonly fixes?: readonly Fix[] },
): Finding {
  const path = paths.find((one) => text.has(one)) ?? paths[0]!;
  return { ...text.valuePlace(path), fixes: [], ...about };
}
