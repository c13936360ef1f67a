import type { StepLoss } from '@disc-labeling/server/protocol';
import type { DashboardAction, DashboardState } from '../messages/training.js';

/** Points of the loss within epochs that are kept; more than a chart has columns. */
const mostSteps = 4000;

/** The state after what a training has told since. */
export function withProgress(state: DashboardState, action: DashboardAction): DashboardState {
  const { run } = state;
  if (!run) return state;
  const metrics = [...run.metrics, ...action.epochs];
  const last = action.epochs.at(-1);
  const best = action.best === null ? undefined : metrics.find(({ epoch }) => epoch === action.best);
  return {
    ...state,
    pictures: [...state.pictures, ...action.pictures],
    run: {
      ...run,
      metrics,
      live: action.live ?? run.live,
      steps: action.live ? withStep(run.steps, action.live) : run.steps,
      summary: {
        ...run.summary,
        epoch: last ? last.epoch + 1 : run.summary.epoch,
        best: best ?? run.summary.best,
      },
    },
  };
}

function withStep(steps: readonly StepLoss[], { step, loss }: StepLoss): readonly StepLoss[] {
  if (steps.length > 0 && step <= steps.at(-1)!.step) return steps;
  const kept = steps.length < mostSteps ? steps : steps.filter((_, i) => i % 2 === 1);
  return [...kept, { step, loss }];
}
