import type { Command } from 'commander';
import { createDataset, type CreatedDataset } from '../../dataset/create.js';
import { formatBytes } from '../../volume/sniff.js';
import type { Output } from '../output.js';
import type { Action } from '../program.js';

interface CreateArguments {
  readonly contrast: readonly string[];
  readonly exclude?: string | true;
  readonly link?: boolean;
}

/** `dataset create`: from a BIDS folder to the images and labels needed. */
export function registerCreate(dataset: Command, action: Action): void {
  dataset
    .command('create <bids> <out>')
    .description(
      'gather the images and disc labels of a BIDS dataset (spine-generic of 2021 and of today, your own)',
    )
    .option('--contrast <names...>', 'contrasts by their BIDS names: T1w, T2w, T2star, acq-sag_T2w, …', [
      'T1w',
      'T2w',
    ])
    .option('--exclude [file]', "leave out what a list names (default: the dataset's exclude.yml)")
    .option('--link', 'links instead of copies')
    .action(
      action(async ({ output, signal }, bids: string, out: string, own: CreateArguments) => {
        const contrasts = own.contrast.flatMap((name) =>
          name === 'both' ? ['T1w', 'T2w'] : name.split(','),
        );
        const bars = new Stages(output);
        const created = await createDataset(bids, out, {
          contrasts,
          exclude: own.exclude,
          link: own.link,
          signal,
          progress: (stage, done, total, note) => bars.update(stage, done, total, note),
        });
        bars.finish();
        for (const notice of created.notices) output.note(`note: ${notice}`);
        if (created.notDownloaded !== null) {
          const { files, bytes, command } = created.notDownloaded;
          output.note(
            `note: ${files} files (${formatBytes(bytes)}) are not downloaded yet; to get them: ${command}`,
          );
        }
        output.result(created, () => describe(created, output, own.link === true));
      }),
    );
}

/** One progress bar after the other. */
export class Stages {
  private current: { readonly stage: string; readonly bar: ReturnType<Output['progress']> } | null = null;

  constructor(private readonly output: Output) {}

  update(stage: string, done: number, total: number, note?: string): void {
    if (this.current?.stage !== stage) {
      this.finish();
      this.current = { stage, bar: this.output.progress(stage, total) };
    }
    this.current.bar.update(done, note);
  }

  finish(): void {
    this.current?.bar.finish();
    this.current = null;
  }
}

function describe(created: CreatedDataset, output: Output, linked: boolean): string {
  const { folder, taken, subjects, files } = created;
  const places = [
    ...new Set([...taken, ...created.leftOut].map(({ subject, session }) => keyOf(subject, session))),
  ];
  const contrasts = [...new Set([...taken, ...created.leftOut].map(({ contrast }) => contrast))];
  const rows = places.sort().map((place) => [
    place,
    ...contrasts.map((contrast) => {
      const here = <T extends { subject: string; session: string | null; contrast: string }>(one: T) =>
        keyOf(one.subject, one.session) === place && one.contrast === contrast;
      const count = taken.filter(here).length;
      const reasons = created.leftOut.filter(here).map(({ reason }) => `left out: ${reason}`);
      return [...(count > 0 ? [count === 1 ? 'taken' : `${count} taken`] : []), ...reasons].join('\n') || '–';
    }),
  ]);
  const withImages = new Set(taken.map(({ subject }) => subject)).size;
  const verb = linked ? 'linked' : 'copied';
  const size = files.bytes > 0 ? ` (${formatBytes(files.bytes)})` : '';
  const kept = files.kept > 0 ? `, ${files.kept} there already` : '';
  return `${output.table(['subject', ...contrasts], rows)}
${folder}: ${taken.length} images of ${withImages} of ${subjects.length} subjects; ${files.brought} files ${verb}${size}${kept}`;
}

const keyOf = (subject: string, session: string | null): string =>
  session === null ? subject : `${subject} ${session}`;
