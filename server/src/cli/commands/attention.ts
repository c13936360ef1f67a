import { InvalidArgumentError, Option } from 'commander';
import { writeAttention, type AttentionResult } from '../../visualization/attention.js';
import { Labeler } from '../../labeling/labeler.js';
import type { AttentionStyle, AttentionThreshold } from '../../pictures/attention.js';
import { discName } from '../../volume/levels.js';
import type { CommandContext, RegisterCommand } from '../program.js';

interface AttentionArguments {
  readonly sample?: string;
  readonly style: AttentionStyle;
  readonly threshold?: AttentionThreshold;
}

/** `attention`: where a network looks, as a picture. */
export const registerAttention: RegisterCommand = (program, action) => {
  program
    .command('attention <model> <input> <out.png>')
    .description('draw input, labelled discs and attention map of a volume, or a sample of a prepared set')
    .option('--sample <n>', 'of a prepared set: its number, from 1, or its name')
    .addOption(
      new Option('--style <style>', "our colours, or the original's")
        .choices(['own', 'reference'])
        .default('own'),
    )
    .option(
      '--threshold <value>',
      'what gets colours: values from e.g. 0.5 on, or with % what exceeds that share of the picture (75%)',
      thresholdOf,
    )
    .action(action(attention));
};

async function attention(
  { options, output, signal }: CommandContext,
  model: string,
  input: string,
  out: string,
  own: AttentionArguments,
): Promise<void> {
  const { engine, threads } = options;
  const labeler = new Labeler({ engine, threads, onNotice: output.engineNotice });
  const progress = output.progress('Attention', 100);
  try {
    const result = await writeAttention(labeler, input, out, {
      ...own,
      model,
      signal,
      progress: ({ message, fraction = 0 }) => progress.update(Math.round(100 * fraction), message),
    });
    progress.finish();
    output.result(named(result), () => describe(result));
  } finally {
    await labeler.dispose();
  }
}

const named = (result: AttentionResult) => ({
  ...result,
  discs: result.discs.map(({ value, score }) => ({ value, name: discName(value), score })),
});

const describe = ({ picture, sample, model, engine, discs }: AttentionResult): string =>
  `${picture}: ${sample === null ? '' : `${sample}, `}${discs.length} discs (${model}, ${engine})`;

/** `0.5` or `75%`. */
function thresholdOf(words: string): AttentionThreshold {
  const share = words.endsWith('%');
  const text = share ? words.slice(0, -1) : words;
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0) || number > (share ? 99.9 : 1))
    throw new InvalidArgumentError('give a value from 0 to 1, or a share such as 75%.');
  return share ? { kind: 'share', share: number / 100 } : { kind: 'value', value: number };
}
