/** Engines a network can run on, as named on the command line. */
export const engineIds = [
  'onnxruntime-cpu',
  'onnxruntime-webgpu',
  'onnxruntime-cuda',
  'onnxruntime-directml',
  'onnxruntime-coreml',
  'tensorflow',
  'tensorflow-gpu',
  'webgpu',
  'wasm',
  'cpu',
] as const;

export type EngineId = (typeof engineIds)[number];
export type EngineChoice = EngineId | 'auto';

/** What `engines` reports about one engine on this machine. */
export interface EngineStatus {
  readonly id: EngineId;
  readonly available: boolean;
  /** Why it is not available, or what it runs on. One clause. */
  readonly detail: string;
  /** The processor it computes on, where that is known. */
  readonly device: string | null;
  /** Whether it can train as well. */
  readonly trains: boolean;
  /** Why `auto` means this engine here; null for all others. */
  readonly chosen: string | null;
}

/** A batch of images, float32, `[n, channels, height, width]`, height and width multiples of 64. */
export interface ImageBatch {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, channels: number, height: number, width: number];
}

/** An array with its shape, float32, C order. */
export interface Float32Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a network says of a batch. */
export interface HourglassOutput {
  /** One `[n, joints, h, w]` per stack (only the last where asked so), raw scores. */
  readonly heatmaps: readonly Float32Tensor[];
  /** `[n, 1, height / 4, width / 4]` after the sigmoid; null for a network without attention. */
  readonly attention: Float32Tensor | null;
}

/** A network with its weights, ready to run on one engine. Sessions for new input shapes are made when first met. */
export interface Inference {
  readonly engine: EngineId;
  /** `stacks: 'last'` leaves out what only earlier stacks' heat maps need. */
  run(batch: ImageBatch, options?: { stacks?: 'all' | 'last' }): Promise<HourglassOutput>;
  dispose(): Promise<void>;
}

export interface InferenceOptions {
  readonly engine?: EngineChoice;
  /** Threads inside one operation; default: the number of physical cores, at most 8. */
  readonly threads?: number;
  /** Told which engine `auto` picked and why, and when another one takes over. */
  readonly onNotice?: (notice: EngineNotice) => void;
}

/** Something about the engine that a log should hold. */
export interface EngineNotice {
  /** `chosen`: what `auto` means here. `fallback`: an engine failed and another one goes on. */
  readonly kind: 'chosen' | 'fallback';
  /** What computes from now on. */
  readonly engine: EngineId;
  /** One sentence. */
  readonly message: string;
}
