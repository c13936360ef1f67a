import type { PhantomExtent } from '../../protocol/phantoms.js';
import type { Random } from './random.js';
import { drawScene } from './scene.js';
import { drawSection } from './solid/section.js';
import { sampleSubject, withinView } from './solid/subject.js';
import type { Spine } from './spine.js';
import type { Shape } from './tissue.js';
import { type Askew, type PhantomFrame, sampleTrunkView, sampleView, type View } from './view.js';

export type { PhantomExtent };
export const phantomExtents = ['neck', 'spine'] as const satisfies readonly PhantomExtent[];

interface SceneryOptions {
  readonly width: number;
  readonly height: number;
  readonly spacing?: number;
  readonly extent?: PhantomExtent;
  readonly view?: PhantomFrame;
  readonly askew?: Askew;
  readonly cutNecks?: number;
  readonly heads?: number;
}

/** Anatomy, and where it lies in the picture. */
export interface Scenery {
  readonly spine: Spine;
  readonly shapes: readonly Shape[];
  readonly view: View;
}

/** Where the shares of a whole spine's pictures end: plain necks, worn or off-midline necks, thoracic views; lumbar. */
const shares = { plain: 0.48, worn: 0.6, thoracic: 0.72 } as const;

type Kind = 'plain' | 'worn' | 'thoracic' | 'lumbar';

function sampleKind(random: Random, { extent = 'neck', view }: SceneryOptions): Kind {
  if (view === 'thoracic' || view === 'lumbar') return view;
  if (extent === 'neck') return 'plain';
  const u = random.uniform() * (view === undefined ? 1 : shares.worn);
  return u < shares.plain ? 'plain' : u < shares.worn ? 'worn' : u < shares.thoracic ? 'thoracic' : 'lumbar';
}

/**
 * Samples what a phantom shows.
 * @param random named streams: `anatomy`, `view`, `kind`
 */
export function drawScenery(random: Random, options: SceneryOptions): Scenery {
  const kind = sampleKind(random.fork('kind'), options);
  const { width, height, spacing, view: frame, askew, cutNecks, heads } = options;
  const size = { width, height, ...(spacing === undefined ? {} : { spacing }), ...(askew && { askew }) };
  const neckView = (): View => {
    const wanted = frame === undefined || frame === 'thoracic' || frame === 'lumbar' ? {} : { frame };
    return sampleView(random.fork('view'), { ...size, ...wanted, cutNecks, heads });
  };
  if (kind === 'plain') {
    const { spine, shapes } = drawScene(random.fork('anatomy'));
    return { spine, shapes, view: neckView() };
  }
  const subject = sampleSubject(random.fork('anatomy'), ['mixed']);
  const { spine } = subject;
  const view = kind === 'worn' ? neckView() : sampleTrunkView(random.fork('view'), spine, size, kind);
  const side = random.fork('lateral');
  // Slabs are seldom quite in the middle.
  const lateral = side.chance(0.4) ? 0 : Math.max(-8, Math.min(8, side.normal(0, 3)));
  return { spine, shapes: drawSection(withinView(subject, view), lateral), view };
}
