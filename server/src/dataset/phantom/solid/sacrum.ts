import { add, between, ellipse, interpolate, mixPoints, type Point, point, rounded } from '../polygon.js';
import { arcsBetween } from '../spine.js';
import { type Drawing, narrowing } from '../tissue.js';
import type { Subject } from './subject.js';

/** One of five fused vertebrae: the upper and lower end of its back, and how deep it is there, mm. */
interface Segment {
  readonly back: Point;
  readonly below: Point;
  /** Unit vector to its front. */
  readonly ahead: Point;
  readonly depths: readonly [number, number];
}

/** What is left of the disc between the first two: hardly a line, or nearly like a small disc. */
interface Remnant {
  readonly height: number;
  /** Of the depth of the segment above. */
  readonly depth: number;
  readonly shown: boolean;
  readonly deviate: number;
}

/** The sacrum, which turns backwards below L5/S1. */
interface Sacrum {
  readonly segments: readonly Segment[];
  readonly remnant: Remnant;
  /** The point `behind` mm behind the segments, so many mm below L5/S1. */
  at(down: number, behind: number): Point;
  /** Radians from vertical there; positive: backwards going down. */
  angle(down: number): number;
}

/** The same for one subject in all its sections. */
export function sacrumOf({ spine, random: streams }: Subject): Sacrum {
  const own = streams.fork('disc S1/S2');
  const remnant = {
    height: own.uniform(1.5, 5.5),
    depth: own.uniform(0.5, 1),
    shown: own.chance(0.75),
    deviate: own.normal(),
  };
  const last = spine.discs[spine.discs.length - 1];
  // S1 leans backwards on L5/S1 by nine tenths of it, 5 to 36 degrees: in five people looked at by 8 to 36.
  const tilt = streams.fork('sacrum').uniform(0.1, 0.7);
  let angle = Math.atan2(-last.up.x, -last.up.y) + tilt * 0.5;
  let back = add(last.posterior, last.up, -last.halfPosterior);
  let down = last.halfPosterior;
  const segments: Segment[] = [];
  const path = [{ down: 0, at: last.posterior, angle }];
  for (let k = 0; k < 5; k++) {
    const height = [28, 24, 20, 17, 14][k] * spine.size;
    angle += k < 2 ? tilt * 0.4 : -tilt * 0.3;
    const along = point(Math.sin(angle), Math.cos(angle));
    const below = add(back, along, height);
    segments.push({
      back,
      below,
      ahead: point(-Math.cos(angle), Math.sin(angle)),
      depths: [[last.depth * 0.95, 24, 17, 12, 8][k], [24, 17, 12, 8, 6][k]],
    });
    const gap = k === 0 ? remnant.height : 1.5;
    path.push({ down: down + height / 2, at: mixPoints(back, below, 0.5), angle });
    back = add(below, along, gap);
    down += height + gap;
  }
  path.push({ down, at: back, angle });
  const downs = path.map((p) => p.down);
  const read = (values: readonly number[], at: number): number => interpolate(downs, values, at);
  const [xs, ys, angles] = [path.map((p) => p.at.x), path.map((p) => p.at.y), path.map((p) => p.angle)];
  return {
    segments,
    remnant,
    angle: (at) => read(angles, at),
    at: (at, behind) => {
      const a = read(angles, at);
      return point(read(xs, at) + behind * Math.cos(a), read(ys, at) - behind * Math.sin(a));
    },
  };
}

/** Five fused segments, and what is left of the disc between the first two. */
export function drawSacrum(drawing: Drawing, subject: Subject, lateral: number): void {
  const { segments, remnant } = sacrumOf(subject);
  const random = subject.random.fork('marrow of the sacrum');
  const left = narrowing(lateral, 42);
  if (left < 0.2) return;
  const shrink = 0.5 + 0.5 * left;
  for (const { back, below, ahead, depths } of segments) {
    const [depth, next] = [depths[0] * shrink, depths[1] * shrink];
    const outline = rounded(
      [
        back,
        add(back, ahead, depth),
        mixPoints(add(back, ahead, depth), add(below, ahead, next), 0.5),
        add(below, ahead, next),
        below,
      ],
      1,
      0.15,
    );
    drawing.addBone(outline, 1, random.normal());
  }
  const [upper, lower] = segments;
  const inside = narrowing(lateral, 24);
  const reach = remnant.depth * upper.depths[1] * inside;
  if (remnant.shown && inside > 0.25)
    drawing.add(
      'disc',
      rounded(
        [upper.below, add(upper.below, upper.ahead, reach), add(lower.back, upper.ahead, reach), lower.back],
        1,
        0.2,
      ),
      remnant.deviate,
    );
}

/** The sac draws in and ends at S1 to S3; fat takes its place in the canal, which a crest closes behind. */
export function drawSacralCanal(drawing: Drawing, subject: Subject, lateral: number): void {
  const { canal } = subject;
  const sacrum = sacrumOf(subject);
  const random = subject.random.fork('sacral canal');
  const crest = random.uniform(6, 14);
  const tip = random.uniform(10, 65);
  const ahead = random.uniform(0.1, 0.75);
  const [narrow, until] = [random.uniform(0.25, 0.5), random.uniform(75, 100)];
  const fatty = random.normal();
  const left = narrowing(lateral, 12);
  if (left < 0.2) return;
  const front = canal.posteriorLigament;
  const width = (down: number): number => canal.width * (1 - (1 - narrow) * Math.min(1, down / until)) * left;
  for (const [down, half] of [
    [18, 8],
    [43, 7],
    [64, 5],
  ]) {
    const middle = sacrum.at(down, front + width(down) + canal.flavum + crest * left * 0.4);
    const outline = ellipse(middle, (crest / 2) * left, half, -sacrum.angle(down) - 0.15, 16);
    drawing.addBone(outline, 1);
  }
  const downs = arcsBetween(-1, until, 4);
  const edge = (behind: (down: number) => number): Point[] => downs.map((d) => sacrum.at(d, behind(d)));
  const back = (down: number): number => front + width(down);
  drawing.add(
    'ligament',
    between(
      edge(() => 0),
      edge((d) => back(d) + canal.flavum),
    ),
  );
  drawing.add(
    'fat',
    between(
      edge(() => front),
      edge(back),
    ),
    fatty,
  );
  const gone = (down: number): number => Math.min(1, Math.max(0, down / tip)) ** 1.5;
  drawing.add(
    'csf',
    between(
      edge((d) => front + width(d) * ahead * gone(d)),
      edge((d) => back(d) - width(d) * (1 - ahead) * gone(d)),
    ),
  );
}
