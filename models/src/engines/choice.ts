import { UserError } from '../errors.js';
import { whyAbsent } from './presence.js';
import { probe, type Probe } from './probe.js';
import { isOnnxRuntime } from './providers.js';
import { recallChoice, rememberChoice } from './remembered-choice.js';
import { eagerBackends } from './tensorflow.js';
import { engineIds, type EngineChoice, type EngineId, type EngineStatus } from './types.js';

/**
 * Engines on graphics processors that `auto` tries out. Not among them: TensorFlow.js on WebGPU, slower than ONNX
 * Runtime on the same device.
 */
const accelerated: readonly EngineId[] = [
  'onnxruntime-cuda',
  'tensorflow-gpu',
  'onnxruntime-directml',
  'onnxruntime-coreml',
  'onnxruntime-webgpu',
];

/** Comes along everywhere, and takes over where another engine fails. */
export const cpuEngine = 'onnxruntime-cpu';
/** Engines whose presence needs no proof. */
const alwaysThere: readonly EngineId[] = [cpuEngine, 'cpu'];

/** Engines that lack derivatives of convolutions. */
const inferenceOnly: readonly EngineId[] = ['wasm'];

export function canTrain(engine: EngineId): boolean {
  return !inferenceOnly.includes(engine);
}

/** How much faster than the CPU an accelerated engine has to be before `auto` takes it. */
const worthwhile = 1.3;
/** Largest difference from the CPU's heat maps that rounding explains, as a share of their largest value. */
const tolerance = 1e-2;

/** What is meant by an engine's name, and why. */
export interface ChosenEngine {
  readonly engine: EngineId;
  /** One clause. */
  readonly reason: string;
}

/**
 * The engine that a choice means on this machine.
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function chooseEngine(choice: EngineChoice = 'auto'): Promise<EngineId> {
  if (choice === 'auto') return (await automaticChoice()).engine;
  if (alwaysThere.includes(choice)) return choice;
  const found = await probe(choice);
  if (!found.available)
    throw new UserError(`cannot use engine ${choice}`, `${found.reason}; \`engines\` lists what works here`);
  return choice;
}

let automatic: Promise<ChosenEngine> | undefined;

/**
 * What `auto` means here: the fastest engine that computes the right numbers. Asked once per process, and where
 * trials took place, remembered for later ones.
 */
export function automaticChoice(): Promise<ChosenEngine> {
  automatic ??= recallOrChoose();
  return automatic;
}

async function recallOrChoose(): Promise<ChosenEngine> {
  if (!somethingToChoose()) return measuredChoice();
  const known = await recallChoice();
  if (known && (known.engine === cpuEngine || (await probe(known.engine)).available)) return known;
  return measuredChoice();
}

/** Files alone often tell that there is not, in no time. */
function somethingToChoose(): boolean {
  return accelerated.some((engine) => whyAbsent(engine) === null);
}

async function measuredChoice(): Promise<ChosenEngine> {
  const choice = await choose((engine) => probe(engine, { trial: true }));
  if (somethingToChoose()) await rememberChoice(choice);
  return choice;
}

/** The same with any way to probe. */
export async function choose(tryOut: (engine: EngineId) => Promise<Probe>): Promise<ChosenEngine> {
  const refused: string[] = [];
  let best: { engine: EngineId; gain: number; reason: string } | undefined;
  // One after the other, so that none is slowed by the next.
  for (const engine of accelerated) {
    const found = await tryOut(engine);
    if (!found.available) continue;
    const verdict = judge(engine, found);
    if (typeof verdict === 'string') refused.push(verdict);
    else if (best === undefined || verdict.gain > best.gain) best = { engine, ...verdict };
  }
  if (best !== undefined) return best;
  return { engine: cpuEngine, reason: refused.join('; ') || 'no graphics processor works here' };
}

/** How an engine that works compares, or why it is not taken all the same. */
function judge(
  engine: EngineId,
  { device, software, trial }: Extract<Probe, { available: true }>,
): { gain: number; reason: string } | string {
  const name = device === null ? engine : `${engine} (${device})`;
  if (software) return `${name} is the CPU in disguise`;
  if (trial === null) return `${name} did not finish its trial`;
  if (!(trial.deviation <= tolerance)) return `${name} computes other numbers than the CPU`;
  const gain = trial.cpuMilliseconds / trial.milliseconds;
  const times = `${trial.milliseconds.toFixed(1)} ms for the trial network against ${trial.cpuMilliseconds.toFixed(1)} ms on the CPU`;
  return gain >= worthwhile ? { gain, reason: times } : `${name} takes ${times}`;
}

/** Which engines work on this machine, on what, why the others do not, and what `auto` means. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  // Asked for what works here, so nothing remembered will do.
  const auto = await (automatic = measuredChoice());
  return Promise.all(
    engineIds.map(async (id) => {
      const found = await probe(id);
      const common = { id, available: found.available, trains: canTrain(id) };
      const chosen = id === auto.engine ? auto.reason : null;
      if (!found.available) return { ...common, detail: found.reason, device: null, chosen };
      return { ...common, detail: details(id), device: found.device, chosen };
    }),
  );
}

const onnxRuntimeDetails = {
  'onnxruntime-cpu': 'ONNX Runtime on the CPU',
  'onnxruntime-webgpu': 'ONNX Runtime on a graphics processor through WebGPU',
  'onnxruntime-cuda': 'ONNX Runtime on an NVIDIA graphics processor',
  'onnxruntime-directml': 'ONNX Runtime on a graphics processor through DirectML',
  'onnxruntime-coreml': "ONNX Runtime on Apple's processors through Core ML",
} as const;

function details(engine: EngineId): string {
  return isOnnxRuntime(engine) ? onnxRuntimeDetails[engine] : eagerBackends[engine]!.detail;
}
