import { type Canal, sampleCanal, sampleSpinous } from '../canal.js';
import { type Head, sampleHead } from '../head.js';
import { type Landmarks, sampleLandmarks } from '../neck.js';
import { interpolate } from '../polygon.js';
import type { Random } from '../random.js';
import { sampleSpine, type Spine } from '../spine.js';
import type { View } from '../view.js';
import { type Findings, type PathologyChoice, sampleFindings, wornSpine } from './findings.js';

export type Region = 'cervical' | 'thoracic' | 'lumbar';

/** The stretch of the posterior line that belongs to one vertebra, C2 first. */
export interface Vertebra {
  /** 0 = C2, 6 = T1, 18 = L1; the disc of the same number lies below it. */
  readonly level: number;
  readonly region: Region;
  /** Arc lengths of the discs above and below it (of the joint with C1 above C2), and what lies between. */
  readonly top: number;
  readonly bottom: number;
  readonly middle: number;
  readonly gap: number;
}

/** What all sections of one person share. */
export interface Subject {
  /** Named streams that the parts draw from. */
  readonly random: Random;
  readonly spine: Spine;
  /** From C2 down as far as they are drawn. */
  readonly vertebrae: readonly Vertebra[];
  readonly findings: Findings;
  readonly landmarks: Landmarks;
  readonly canal: Canal;
  readonly head: Head;
  /** mm above C2/C3 of the foramen magnum and of the tip of the dens. */
  readonly foramen: number;
  readonly tip: number;
  /** mm behind the posterior line at which the canal ends, and the spinous processes at an arc length. */
  readonly canalBack: number;
  readonly spinousReach: (arc: number) => number;
}

const regionOf = (level: number): Region => (level < 6 ? 'cervical' : level < 18 ? 'thoracic' : 'lumbar');

/** Whether a section is drawn down to the sacrum. */
export const showsSacrum = ({ spine, vertebrae }: Subject): boolean =>
  vertebrae.length === spine.discs.length;

/** @param tip mm above C2/C3 of the tip of the dens */
export function vertebraeOf(spine: Spine, tip: number): Vertebra[] {
  return spine.discs.map((disc, level) => {
    const top = level === 0 ? -tip * 0.5 : spine.discs[level - 1].arc;
    const bottom = disc.arc;
    return {
      level,
      region: regionOf(level),
      top,
      bottom,
      middle: (top + bottom) / 2,
      gap: bottom - top,
    };
  });
}

/** Draws a person from a named stream; without pathology the same midline anatomy as `drawScene` draws. */
export function sampleSubject(random: Random, kinds: readonly PathologyChoice[] = []): Subject {
  const findings = sampleFindings(random.fork('findings'), kinds);
  const spine = wornSpine(sampleSpine(random.fork('spine')), findings);
  const landmarks = sampleLandmarks(random.fork('landmarks'));
  const canal = sampleCanal(random.fork('canal'));
  const clivus = random.fork('clivus');
  const foramen = clivus.uniform(34, 46);
  const tip = foramen - clivus.uniform(3, 9);
  const canalBack = canal.posteriorLigament + canal.width + canal.flavum;
  const { lengths } = sampleSpinous(spine, canal, random.fork('spinous'), 0);
  const arcs = spine.discs.slice(0, lengths.length).map((d) => d.arc);
  const head = sampleHead(
    random.fork('head'),
    spine.at(-foramen, canalBack * 0.5),
    landmarks.chin,
    -spine.angle(-foramen),
  );
  return {
    random,
    spine,
    vertebrae: vertebraeOf(spine, tip),
    findings,
    landmarks,
    canal,
    head,
    foramen,
    tip,
    canalBack,
    spinousReach: (arc) => canalBack + interpolate(arcs, lengths, arc) * 0.9,
  };
}

/** The subject with the vertebrae that the view shows, and two more: nothing of the others reaches into it. */
export function withinView(subject: Subject, view: View): Subject {
  const { spine } = subject;
  const below = spine.discs.findIndex((disc) => view.project(disc.posterior).y > view.height);
  return below < 0 ? subject : { ...subject, vertebrae: subject.vertebrae.slice(0, below + 3) };
}
