import type { DescribeResponse, LabelResult, TestReport } from '@disc-labeling/server/protocol';
import type { Truth } from '@disc-labeling/webview/messages';

/** An image of a test report as it is looked at: what the model found, and what is true. */
export interface Inspection {
  readonly report: TestReport;
  /** Name of the report's subject. */
  readonly subject: string;
}

const subjectOf = ({ report, subject }: Inspection) => report.subjects.find(({ name }) => name === subject);

/** Where the discs of the image truly are. */
export function truthOf(inspection: Inspection): Truth {
  const discs = (subjectOf(inspection)?.discs ?? []).flatMap(({ value, name, truth }) =>
    truth ? { value, name, ...truth } : [],
  );
  return { source: inspection.report.set.name, discs };
}

/** The report's predictions as if the image had just been labelled. */
export function labelsOf(inspection: Inspection, { affine, shape }: DescribeResponse): LabelResult {
  const { report } = inspection;
  const subject = subjectOf(inspection);
  const discs = new Map(
    (subject?.discs ?? []).flatMap(({ predicted }) =>
      predicted ? [[predicted.value, predicted] as const] : [],
    ),
  );
  const axis = leftRightAxis(affine);
  const places = [...discs.values()].map(({ voxel }) => voxel[axis]);
  const middle =
    places.length > 0 ? places.reduce((sum, at) => sum + at, 0) / places.length : (shape[axis] - 1) / 2;
  return {
    input: subject?.image ?? '',
    model: report.model.name,
    engine: report.engine,
    contrast: subject?.contrast === 'T1w' || subject?.contrast === 'T2w' ? subject.contrast : 'any',
    slice: { axis, index: middle, thickness: 1 },
    discs: [...discs.values()].sort((a, b) => a.value - b.value),
    seconds: { read: 0, prepare: 0, network: 0, decode: 0, total: 0 },
    notices: subject?.notices ?? [],
  };
}

/** The file's axis that runs most nearly left-right. */
function leftRightAxis(affine: readonly (readonly number[])[]): 0 | 1 | 2 {
  const share = (axis: number): number => {
    const column = [0, 1, 2].map((row) => affine[row][axis]);
    return Math.abs(column[0]) / (Math.hypot(...column) || 1);
  };
  return ([0, 1, 2] as const).reduce((best, axis) => (share(axis) > share(best) ? axis : best));
}
