/** Command identifiers, as in the manifest. */
export const commandIds = {
  labelAgain: 'discLabeling.labelAgain',
  cancelLabelling: 'discLabeling.cancelLabelling',
  chooseModel: 'discLabeling.chooseModel',
  saveLabels: 'discLabeling.saveLabels',
  toggleAttention: 'discLabeling.toggleAttention',
  toggleHeatMap: 'discLabeling.toggleHeatMap',
  toggleMultiplanar: 'discLabeling.toggleMultiplanar',
  showEngines: 'discLabeling.showEngines',
  showLog: 'discLabeling.showLog',
  restartBackend: 'discLabeling.restartBackend',
  openWithViewer: 'discLabeling.openWithViewer',
  toggleTruth: 'discLabeling.toggleTruth',
  openReport: 'discLabeling.openReport',
  evaluate: 'discLabeling.evaluate',
  test: 'discLabeling.test',
  compareModels: 'discLabeling.compareModels',
} as const;

export type CommandName = keyof typeof commandIds;

/** The custom editor's type, as in the manifest. */
export const viewType = 'discLabeling.volume';
