import type { Frame, Page } from 'playwright-core';
import { patience } from './patience.js';

/** States of a viewer, as its root element carries them in `data-state`. */
export type ViewerState =
  'loading' | 'labelling' | 'labelled' | 'empty' | 'error' | 'disconnected' | 'untrusted' | 'unlabelled';

/** A disc as the viewer shows it. */
export interface ShownDisc {
  readonly name: string;
  readonly value: number;
  readonly world: readonly number[];
  /** Of its point, CSS pixels from the canvas's top left. */
  readonly point: readonly [number, number];
}

/** Tile of a viewer's `data-view`. */
export interface ShownTile {
  readonly plane: 'sagittal' | 'coronal' | 'axial';
  readonly rect: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** World mm to (x, y, distance to the slice): three rows of a 3 x 4 matrix. */
  readonly fromWorld: readonly (readonly number[])[];
}

/** The inside of one viewer. */
export class Viewer {
  constructor(
    readonly frame: Frame,
    private readonly page: Page,
  ) {}

  state(): Promise<ViewerState> {
    return this.frame.evaluate(() => document.getElementById('viewer')!.dataset['state'] as never);
  }

  /** Waits until the viewer is in one of these states. */
  async reach(...states: ViewerState[]): Promise<ViewerState> {
    try {
      const reached = await this.frame.waitForFunction(
        (wanted) => wanted.find((state) => state === document.getElementById('viewer')?.dataset['state']),
        states,
        { timeout: patience },
      );
      return (await reached.jsonValue())!;
    } catch (error) {
      const text = await this.frame
        .locator('#viewer')
        .innerText()
        .catch(() => '');
      throw new Error(`the viewer is ${await this.state()}, not ${states.join(' or ')}:\n${text}`, {
        cause: error,
      });
    }
  }

  /** Starts to note the states the viewer goes through, also those too short to be waited for. */
  async record(): Promise<void> {
    await this.frame.evaluate(() => {
      const root = document.getElementById('viewer')!;
      const states: string[] = [];
      Object.assign(window, { recordedStates: states });
      new MutationObserver(() => {
        const state = root.dataset['state']!;
        if (states.at(-1) !== state) states.push(state);
      }).observe(root, { attributeFilter: ['data-state'] });
    });
  }

  /** Waits until these states were gone through, in this order, since {@link record}. */
  async passed(...states: ViewerState[]): Promise<void> {
    await this.frame.waitForFunction(
      (wanted) => {
        let next = 0;
        for (const state of (window as unknown as { recordedStates: string[] }).recordedStates)
          if (state === wanted[next]) next++;
        return next === wanted.length;
      },
      states,
      { timeout: patience },
    );
  }

  /** The discs named on the picture, top to bottom. */
  discs(): Promise<ShownDisc[]> {
    return this.frame.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.disc-label[data-disc]:not([hidden])')].map((label) => {
        const numbers = (text: string | undefined): number[] => (text ?? '').split(',').map(Number);
        const [x, y] = numbers(label.dataset['point']);
        return {
          name: label.dataset['disc']!,
          value: Number(label.dataset['value']),
          world: numbers(label.dataset['world']),
          point: [x, y] as [number, number],
        };
      }),
    );
  }

  /** The slices on the screen and where world places lie on them. */
  async tiles(): Promise<ShownTile[]> {
    const view = await this.frame.evaluate(() => document.getElementById('viewer')!.dataset['view'] ?? '{}');
    return (JSON.parse(view) as { tiles?: ShownTile[] }).tiles ?? [];
  }

  /** Waits for two frames, so that what was asked for is drawn. */
  async settled(): Promise<void> {
    await this.frame.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }

  /**
   * Drags with the main button from one point of the picture to another, CSS pixels from its top left.
   * @param cancelled whether the system takes the pointer away, as it may on touch screens, before it is let go
   */
  async drag(
    from: readonly [number, number],
    to: readonly [number, number],
    { cancelled = false } = {},
  ): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(...(await this.onPage(from)));
    await mouse.down();
    await mouse.move(...(await this.onPage(to)), { steps: 5 });
    if (cancelled) await this.frame.locator('.stage').dispatchEvent('pointercancel');
    await mouse.up();
  }

  async click(point: readonly [number, number]): Promise<void> {
    await this.page.mouse.click(...(await this.onPage(point)));
  }

  private async onPage([x, y]: readonly [number, number]): Promise<[number, number]> {
    const { x: left, y: top } = (await this.frame.locator('.stage').boundingBox())!;
    return [left + x, top + y];
  }

  screenshot(path: string): Promise<Buffer> {
    return this.page.screenshot({ path });
  }
}
