import type { Finding } from '../findings.js';
import { finding, type Checked } from './checked.js';

/** Whether the dataset is there and has images and labels of the contrast. */
export async function datasetFindings(checked: Checked): Promise<Finding[]> {
  const { text, configuration, disk } = checked;
  const { dataset } = configuration;
  if (dataset === null || dataset.source === null) return [];
  const { problem, labelled, images } = await disk.dataset(dataset.source);
  if (problem !== null)
    return [
      finding(checked, [['dataset', 'source']], {
        // What is prepared already can be trained on without it.
        severity: disk.isPrepared(dataset.prepared) ? 'warning' : 'error',
        code: 'missing-path',
        message: `\`dataset.source\`: ${problem} (${dataset.source})`,
      }),
    ];
  const wanted = dataset.contrast === 'both' ? ['T1w', 'T2w'] : [dataset.contrast];
  const absent = wanted.filter((contrast) => !labelled.has(contrast));
  const asked = text.has(['dataset', 'contrast']);
  // `both` that nobody asked for is content with one.
  if (absent.length === 0 || (absent.length < wanted.length && !asked)) return [];
  const there = [...labelled.keys()].filter((name) => !name.includes('_'));
  const unlabelled = absent.filter((contrast) => images.has(contrast));
  const why =
    unlabelled.length === absent.length
      ? `the dataset has ${absent.join(' and ')} images, but none with disc labels`
      : `the dataset has no ${absent.join(' and no ')} images with disc labels`;
  const paths = [['dataset', 'contrast'], ['contrast'], ['dataset', 'source']];
  const fixes = there.map((contrast) => ({
    title: `Use contrast ${contrast}, which is there`,
    edits: contrastEdits(checked, contrast),
  }));
  return [
    finding(checked, paths, {
      severity: absent.length < wanted.length ? 'warning' : 'error',
      code: 'no-such-contrast',
      message: `${why}${there.length > 0 ? `; there are ${there.join(', ')}` : ''}`,
      fixes,
    }),
  ];
}

/** Where the contrast was named it is changed; the model's own only to what a model can be for. */
function contrastEdits({ text }: Checked, contrast: string) {
  const modelContrast = contrast === 'T1w' || contrast === 'T2w';
  return text.has(['dataset', 'contrast']) || !text.has(['contrast']) || !modelContrast
    ? text.set(['dataset', 'contrast'], contrast)
    : text.set(['contrast'], contrast);
}
