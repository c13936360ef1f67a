import { UserError } from '../errors.js';
import { cpuEngine } from './choice.js';
import { fallbackNotice } from './fallback.js';
import type { EngineId, EngineNotice, HourglassOutput, ImageBatch, Inference } from './types.js';

type Open = (engine: EngineId) => Promise<Inference>;

/** A network that goes on with ONNX Runtime on the CPU when its engine fails: the request is repeated there. */
export class SteadyInference implements Inference {
  private disposed = false;
  /** The change to the CPU once it has begun. */
  private retreat: Promise<void> | undefined;

  private constructor(
    private current: Inference,
    private readonly openEngine: Open,
    private readonly onNotice: ((notice: EngineNotice) => void) | undefined,
  ) {}

  /**
   * @param open makes the network on an engine
   * @throws UserError and whatever `open` throws for the CPU
   */
  static async open(
    engine: EngineId,
    open: Open,
    onNotice?: (notice: EngineNotice) => void,
  ): Promise<Inference> {
    // Nothing is left to fall back on.
    if (engine === cpuEngine || engine === 'cpu') return open(engine);
    try {
      return new SteadyInference(await open(engine), open, onNotice);
    } catch (error) {
      if (error instanceof UserError) throw error;
      onNotice?.(fallbackNotice(engine, error));
      return open(cpuEngine);
    }
  }

  get engine(): EngineId {
    return this.current.engine;
  }

  async run(batch: ImageBatch, options?: { stacks?: 'all' | 'last' }): Promise<HourglassOutput> {
    const asked = this.current;
    try {
      return await asked.run(batch, options);
    } catch (error) {
      // The images' fault, or nobody waits any more, or the CPU's own failure.
      if (error instanceof UserError || this.disposed || asked.engine === cpuEngine) throw error;
      await (this.retreat ??= this.toCpu(asked, error));
      return this.current.run(batch, options);
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.retreat?.catch(() => {});
    await this.current.dispose();
  }

  private async toCpu(failed: Inference, error: unknown): Promise<void> {
    this.onNotice?.(fallbackNotice(failed.engine, error));
    this.current = await this.openEngine(cpuEngine);
    // A device that failed may not even let itself be released.
    failed.dispose().catch(() => {});
  }
}
