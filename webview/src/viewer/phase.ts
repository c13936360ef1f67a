import type { ErrorData } from '@disc-labeling/server/protocol';
import type { ViewerState } from '../messages/viewer.js';

/** What the viewer is doing as a whole; the root element carries it as `data-state`. */
export type Phase =
  | 'loading'
  | 'labelling'
  | 'labelled'
  /** Labelled, and there was no disc. */
  | 'empty'
  | 'error'
  /** The backend is gone. */
  | 'disconnected'
  /** The workspace is not trusted: the picture shows, labels can't be made. */
  | 'untrusted'
  /** Shown, and not labelled on purpose. */
  | 'unlabelled';

/** How far the picture is, which the viewer fetches and draws by itself. */
export interface Picture {
  readonly loaded: boolean;
  readonly problem: ErrorData | null;
}

/** What a viewer is in the middle of, from what it was told and what it has drawn. */
export function phaseOf(state: ViewerState | null, picture: Picture): Phase {
  if (!state) return 'loading';
  if (state.problem || picture.problem) return 'error';
  if (!picture.loaded) return 'loading';
  if (state.backend === 'untrusted') return 'untrusted';
  if (state.backend === 'restarting' || state.backend === 'failed') return 'disconnected';
  if (state.labelling.phase === 'running') return 'labelling';
  if (state.labelling.phase === 'failed') return 'error';
  if (state.labels) return state.labels.result.discs.length > 0 ? 'labelled' : 'empty';
  return 'unlabelled';
}
