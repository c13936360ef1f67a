import { drawAirway } from './airway.js';
import { drawAxisAndAtlas } from './axis.js';
import { drawCanal, drawLongitudinalLigaments, drawPillars, sampleCanal, sampleSpinous } from './canal.js';
import { drawFace } from './face.js';
import { drawBrain, sampleHead } from './head.js';
import { drawPosteriorMuscles, sampleLandmarks, sampleNeckOutline } from './neck.js';
import { interpolate, offset } from './polygon.js';
import type { Random } from './random.js';
import { drawSpinousOfTrunk } from './solid/loins.js';
import { vertebraeOf } from './solid/subject.js';
import { sampleSpine, type Spine } from './spine.js';
import { Drawing, narrowing, type Shape } from './tissue.js';
import { drawFrontOfTrunk } from './trunk.js';
import { drawVertebrae } from './vertebrae.js';

/** One sagittal section through a head and spine, in mm. */
export interface Scene {
  readonly spine: Spine;
  readonly shapes: readonly Shape[];
}

/**
 * Draws the section `lateral` mm beside the midline. The same random stream gives the same anatomy
 * at every offset: parts draw from named streams, and what they draw does not depend on the offset.
 */
export function drawScene(random: Random, lateral = 0): Scene {
  const drawing = new Drawing();
  const spine = sampleSpine(random.fork('spine'));
  const landmarks = sampleLandmarks(random.fork('landmarks'));
  const canal = sampleCanal(random.fork('canal'));
  const clivus = random.fork('clivus');
  const foramen = clivus.uniform(34, 46);
  const tip = foramen - clivus.uniform(3, 9);
  const spinous = sampleSpinous(spine, canal, random.fork('spinous'), lateral);
  const canalBack = canal.posteriorLigament + canal.width + canal.flavum;
  const spinousArcs = spine.discs.slice(0, spinous.lengths.length).map((d) => d.arc);
  const spinousReach = (arc: number): number =>
    canalBack + interpolate(spinousArcs, spinous.lengths, arc) * 0.9;
  const head = sampleHead(
    random.fork('head'),
    spine.at(-foramen, canalBack * 0.5),
    landmarks.chin,
    -spine.angle(-foramen),
  );
  const outline = sampleNeckOutline(spine, landmarks, spinousReach, random.fork('outline'), lateral);
  drawBodySurface(drawing, head, outline, lateral);
  drawBrain(drawing, head, random.fork('brain'), lateral);
  drawFace(drawing, head, random.fork('face'), lateral);
  drawFrontOfTrunk(drawing, spine, random.fork('trunk'), lateral);
  drawAirway(drawing, spine, landmarks, foramen, random.fork('airway'), lateral);
  drawPosteriorMuscles(drawing, spine, random.fork('muscles'), canalBack, spinousReach, lateral);
  for (const { outline, deviate } of spinous.processes) drawing.addBone(outline, spinous.cortex, deviate);
  drawSpinousOfTrunk(drawing, { random, spine, canalBack, vertebrae: vertebraeOf(spine, tip) }, lateral);
  drawCanal(drawing, spine, canal, random.fork('cord'), { foramen, brainstem: head.brainstem, lateral });
  drawLongitudinalLigaments(drawing, spine, canal, lateral);
  drawPillars(drawing, spine, canal, random.fork('pillars'), lateral);
  drawVertebrae(drawing, spine, random.fork('vertebrae'), lateral);
  drawAxisAndAtlas(drawing, spine, random.fork('axis'), tip, canal.width, lateral);
  return { spine, shapes: drawing.shapes };
}

function drawBodySurface(
  drawing: Drawing,
  head: ReturnType<typeof sampleHead>,
  outline: ReturnType<typeof sampleNeckOutline>,
  lateral: number,
): void {
  const shrink = narrowing(lateral, 82);
  const headSkin = head.place(
    head.outline.map((p) => ({ x: -24 + (p.x + 24) * shrink, y: -60 + (p.y + 60) * shrink })),
  );
  drawing.add('skin', outline.skin);
  drawing.add('skin', headSkin);
  drawing.add('fat', offset(outline.skin, -1.2));
  drawing.add('fat', offset(headSkin, -1.2));
  drawing.add('muscle', outline.muscle);
  // Below the skull the head is muscle and gland; the vault is covered by the skull later.
  drawing.add('muscle', offset(headSkin, -head.layers.scalp));
}
