import type { DatasetOutcome, LabelFolderResult } from '@disc-labeling/server/protocol';
import { relative } from 'node:path';
import { list, table } from '../pages/markdown.js';
import { plain, type Translate } from '../words.js';

/** What there is to say of datasets that were written, as Markdown. */
export function leftOutPage(outcomes: readonly DatasetOutcome[], t: Translate): string {
  return outcomes
    .flatMap(({ folder, taken, leftOut, notices }) => [
      `# ${plain(folder)}`,
      '',
      t('Taken: {0}. Left out: {1}.', taken, leftOut.length),
      '',
      ...list(notices),
      ...table(
        [t('Subject'), t('Left out'), t('Reason')],
        leftOut.map(({ subject, name, reason }) => [subject, name, reason].map(plain)),
      ),
    ])
    .join('\n');
}

/** What became of the volumes of a folder, as Markdown: failures first. */
export function labelledPage(result: LabelFolderResult, folder: string, t: Translate): string {
  const { volumes, total, root, model, engine } = result;
  const words = { labelled: t('labelled'), kept: t('kept as it was'), failed: t('failed') };
  const rank = { failed: 0, labelled: 1, kept: 2 };
  const sorted = [...volumes].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  return [
    `# ${t('Labels of {0}', plain(folder))}`,
    '',
    ...list([
      t('{0} of {1} volumes were looked at.', volumes.length, total),
      ...(model === null ? [] : [t('Model {0} on {1}.', model, engine ?? '')]),
      t('Label files are below {0}.', root),
    ]),
    ...table(
      [t('Volume'), t('Outcome'), t('Discs'), t('Remarks')],
      sorted.map(({ image, outcome, discs, remarks }) => [
        plain(relative(folder, image)),
        words[outcome],
        discs.length === 0 ? '' : `${discs.length}: ${[discs[0], discs.at(-1)!].join(' \u2013 ')}`,
        remarks.map(plain).join('; '),
      ]),
    ),
  ].join('\n');
}
