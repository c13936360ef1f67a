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
  newConfiguration: 'discLabeling.newConfiguration',
  importWeights: 'discLabeling.importWeights',
  installModel: 'discLabeling.installModel',
  exportModel: 'discLabeling.exportModel',
  deleteModel: 'discLabeling.deleteModel',
  makeDefaultModel: 'discLabeling.makeDefaultModel',
  revealModelCard: 'discLabeling.revealModelCard',
  createDataset: 'discLabeling.createDataset',
  prepare: 'discLabeling.prepare',
  synthesizeDataset: 'discLabeling.synthesizeDataset',
  labelFolder: 'discLabeling.labelFolder',
  openDemo: 'discLabeling.openDemo',
  openWalkthrough: 'discLabeling.openWalkthrough',
  refreshViews: 'discLabeling.refreshViews',
  showAttention: 'discLabeling.showAttention',
  animate: 'discLabeling.animate',
  openGallery: 'discLabeling.openGallery',
  train: 'discLabeling.train',
  resume: 'discLabeling.resume',
  stopTraining: 'discLabeling.stopTraining',
  openRun: 'discLabeling.openRun',
  evaluate: 'discLabeling.evaluate',
  test: 'discLabeling.test',
  compareModels: 'discLabeling.compareModels',
} as const;

export type CommandName = keyof typeof commandIds;

/** The custom editor's type, as in the manifest. */
export const viewType = 'discLabeling.volume';
