import { basename } from 'node:path';
import { findVolumes, labelFolder } from '../../labeling/label-folder.js';
import type { FolderRequests } from '../../protocol/folders.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Folders of volumes. */
export function folderHandlers({
  services: { labeling },
  activity,
}: HandlerDependencies): HandlersOf<keyof FolderRequests> {
  return {
    'discLabeling/folderVolumes': ({ folder, place }) => findVolumes(folder, place),
    'discLabeling/labelFolder': ({ folder, place, existing, model }, { signal, progress }) =>
      activity.during(`labelling ${basename(folder)}`, async () => {
        const volumes = await findVolumes(folder, place);
        const outcome = await labelFolder(await labeling(), volumes, { existing, model, signal, progress });
        if (outcome.engine !== null) activity.used(outcome.engine, outcome.model!);
        return outcome;
      }),
  };
}
