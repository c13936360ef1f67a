import { countDiscs, countLevels } from '@disc-labeling/server/evaluation/report';
import type { ReportDisc, TestReport } from '@disc-labeling/server/protocol';

const point = { voxel: [0, 0, 0], world: [0, 0, 0] } as const;

/** A disc found under its name at a distance, or missed (null). */
const disc = (value: number, distance: number | null): ReportDisc => ({
  value,
  name: `disc ${value}`,
  outcome: distance === null ? 'missed' : 'identified',
  truth: { voxel: [0, 0, 0], world: [0, 0, 0] },
  predicted:
    distance === null ? null : { ...point, voxel: [0, 0, 0], world: [0, 0, 0], value, name: '', score: 1 },
  distance,
});

/** A report of a model: per image the distance of each disc, null for a missed one. Images are `<subject>[_more]`. */
export function reportOf(
  model: string,
  images: Readonly<Record<string, Readonly<Record<number, number | null>>>>,
): TestReport {
  const subjects = Object.entries(images).map(([name, discs]) => {
    const own = Object.entries(discs).map(([value, distance]) => disc(Number(value), distance));
    return {
      name,
      subject: name.split('_')[0],
      session: null,
      contrast: 'T2w',
      image: `/data/${name}.nii.gz`,
      counts: countDiscs([own]),
      reference: null,
      discs: own,
      picture: null,
      notices: [],
    };
  });
  const discs = subjects.map((subject) => subject.discs);
  return {
    formatVersion: 1,
    kind: 'disc-labeling test report',
    generatedBy: 'test',
    date: '2026-01-02T03:04:05.000Z',
    model: { name: model, title: model, path: `/models/${model}`, contrast: 'any', attention: true },
    engine: 'cpu',
    set: { name: 'set', path: '/set', contrast: 'T2w', preparation: 'own', split: 'test' },
    toleranceMm: 5,
    seconds: 1,
    summary: countDiscs(discs),
    levels: countLevels(discs),
    reference: null,
    subjects,
    notices: [],
  };
}
