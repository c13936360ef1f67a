import { drawAirway } from '../airway.js';
import { drawAxisAndAtlas } from '../axis.js';
import { drawCanal, drawLongitudinalLigaments, sampleSpinous } from '../canal.js';
import { drawFace } from '../face.js';
import { drawBrain } from '../head.js';
import { Drawing, type Shape } from '../tissue.js';
import { drawArches, drawForamina } from './arches.js';
import { drawBodies } from './bodies.js';
import { drawCanalOfLoins, drawFrontOfLoins, drawSpinousOfTrunk } from './loins.js';
import { drawSacralCanal } from './sacrum.js';
import { drawCheeks, drawHemispheres } from './skull.js';
import { drawBack, drawFront, drawSurface } from './soft.js';
import { showsSacrum, type Subject } from './subject.js';

/**
 * Draws the sagittal section of a person `lateral` mm to the right of the midline, in mm: what the training
 * phantoms show in the middle, and beside it what takes its place. Parts draw from named streams and what they
 * draw does not depend on the offset, so that neighbouring sections fit together.
 */
export function drawSection(subject: Subject, lateral: number): readonly Shape[] {
  const { random, spine, canal, head, foramen, landmarks, tip } = subject;
  const far = Math.abs(lateral);
  const drawing = new Drawing();
  drawSurface(drawing, subject, lateral);
  drawBrain(drawing, head, random.fork('brain'), lateral);
  drawHemispheres(drawing, head, random.fork('hemispheres'), lateral);
  if (far < 30) drawFace(drawing, head, random.fork('face'), lateral);
  drawCheeks(drawing, head, random.fork('cheeks'), lateral);
  drawFront(drawing, subject, lateral);
  drawFrontOfLoins(drawing, subject, lateral);
  drawAirway(drawing, spine, landmarks, foramen, random.fork('airway'), lateral);
  drawBack(drawing, subject, lateral);
  drawArches(drawing, subject, lateral);
  if (far < 5) {
    const { processes, cortex } = sampleSpinous(spine, canal, random.fork('spinous'), lateral);
    for (const { outline, deviate } of processes) drawing.addBone(outline, cortex, deviate);
  }
  drawSpinousOfTrunk(drawing, subject, lateral);
  const lowest = showsSacrum(subject);
  if (lowest) drawSacralCanal(drawing, subject, lateral);
  drawCanal(drawing, spine, canal, random.fork('cord'), {
    foramen,
    brainstem: head.brainstem,
    lateral,
    until: lowest ? spine.discs[spine.discs.length - 1].arc : undefined,
  });
  drawCanalOfLoins(drawing, subject, lateral);
  drawLongitudinalLigaments(drawing, spine, canal, lateral);
  drawBodies(drawing, subject, lateral);
  drawAxisAndAtlas(drawing, spine, random.fork('axis'), tip, canal.width, lateral);
  drawForamina(drawing, subject, lateral);
  return drawing.shapes;
}
