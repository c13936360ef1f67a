import * as vscode from 'vscode';
import type { VolumeDocument } from '../editor/document.js';
import type { ViewerPanel } from '../editor/panel.js';
import { chooseModel } from './choose-model.js';
import { mayDiscard, takeTruth } from './correct-discs.js';
import { firstOf, withoutBackend, type Command, type Extension, type Obstacle } from './command.js';
import { openWithViewer } from './open-with-viewer.js';
import { saveLabels } from './save-labels.js';
import { setLevel } from './set-level.js';

const withoutViewer: Obstacle = ({ editors }) =>
  editors.active
    ? null
    : {
        reason: vscode.l10n.t(
          'Open a volume (.nii or .nii.gz) in the disc viewer first, and make it the active editor.',
        ),
      };

/** A command on the volume of the active viewer. */
const onDocument = (
  run: (document: VolumeDocument, extension: Extension) => unknown,
  ...obstacles: Obstacle[]
): Command => ({
  obstacle: firstOf(withoutViewer, withoutBackend, ...obstacles),
  run: (extension) => run(extension.editors.active!.document, extension),
});

/** A command on the active viewer itself. */
const onPanel = (run: (panel: ViewerPanel) => unknown, ...obstacles: Obstacle[]): Command => ({
  obstacle: firstOf(withoutViewer, ...obstacles),
  run: ({ editors }) => run(editors.active!),
});

const withoutLabels: Obstacle = ({ editors }) =>
  editors.active?.document.labels?.result.discs.length
    ? null
    : { reason: vscode.l10n.t('There are no labels to save yet. Label the volume first.') };

/** Where discs are a test report's, they are not the reader's to change. */
const ofReport: Obstacle = ({ editors }) =>
  editors.active!.document.report === null
    ? null
    : {
        reason: vscode.l10n.t('These labels are those of a test report. Label the volume to change them.'),
      };

const withoutDiscs: Obstacle = ({ editors }) =>
  editors.active!.document.discs.length
    ? null
    : { reason: vscode.l10n.t('There is no disc to name yet. Label the volume first.') };

/** Where none was found, discs can still be added. */
const unlabelled: Obstacle = ({ editors }) =>
  editors.active!.document.labels
    ? null
    : { reason: vscode.l10n.t('There is no disc to correct yet. Label the volume first.') };

const withoutTruth: Obstacle = ({ editors }) =>
  editors.active?.document.truth
    ? null
    : { reason: vscode.l10n.t('No labels of a rater were found for this volume.') };

const withoutOverlay =
  (kind: 'attention' | 'heatmap'): Obstacle =>
  ({ editors }) => {
    const labels = editors.active?.document.labels;
    if (!labels) return { reason: vscode.l10n.t('There is no map to show yet. Label the volume first.') };
    if (labels.overlays?.[kind]) return null;
    const reason =
      kind === 'attention'
        ? vscode.l10n.t('The model {0} has no attention map.', labels.result.model)
        : vscode.l10n.t('The heat map is not available. Label the volume again.');
    return { reason };
  };

/** What is done with volumes. */
export const volumeCommands = {
  labelAgain: onDocument(async (document) => (await mayDiscard(document)) && document.label()),
  cancelLabelling: onDocument((document) => document.cancel()),
  chooseModel: onDocument((document, { backend }) => chooseModel(document, backend)),
  setLevel: onDocument((document) => setLevel(document), withoutDiscs, ofReport),
  correctDiscs: onPanel((panel) => panel.act('correctDiscs'), withoutBackend, unlabelled, ofReport),
  saveLabels: onDocument((document, { backend }) => saveLabels(document, backend), withoutLabels),
  toggleAttention: onPanel((panel) => panel.act('toggleAttention'), withoutOverlay('attention')),
  toggleHeatMap: onPanel((panel) => panel.act('toggleHeatMap'), withoutOverlay('heatmap')),
  takeTruth: onDocument(takeTruth, withoutTruth, unlabelled, ofReport),
  toggleTruth: onPanel((panel) => panel.act('toggleTruth'), withoutTruth),
  toggleMultiplanar: onPanel((panel) => panel.act('toggleMultiplanar')),
  openWithViewer: { run: (_extension, uri) => openWithViewer(uri) },
} satisfies Record<string, Command>;
