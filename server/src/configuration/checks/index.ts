/** What is wrong with a configuration that only a look at the disk can tell. */
import type { Finding } from '../findings.js';
import type { Checked } from './checked.js';
import { datasetFindings } from './dataset.js';
import { initialFindings } from './initial.js';
import { outputFindings } from './output.js';
import { preparedFindings } from './prepared.js';

type Check = (checked: Checked) => Promise<Finding[]>;

/** Findings in the order of the checks. */
export async function diskFindings(checked: Checked): Promise<Finding[]> {
  const checks: Check[] = [datasetFindings, preparedFindings, initialFindings, outputFindings];
  return (await Promise.all(checks.map((check) => check(checked)))).flat();
}
