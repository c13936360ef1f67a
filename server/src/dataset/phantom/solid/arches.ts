import { ellipse, type Point, ribbon, rounded } from '../polygon.js';
import { arcsBetween } from '../spine.js';
import { type Drawing, narrowing } from '../tissue.js';
import { share } from './extent.js';
import type { Region, Subject, Vertebra } from './subject.js';

type Bounds = readonly [number, number, number, number];

/** Parts of the vertebral arch: mm beside the midline between which they show, and their proportions. */
interface Arch {
  readonly lamina: { readonly extent: Bounds; readonly height: number; readonly slant: number };
  readonly pillar: { readonly extent: Bounds; readonly depth: number; readonly slope: number };
  /** Upper and lower edge as fractions of the vertebra's height. */
  readonly pedicle: { readonly extent: Bounds; readonly upper: number; readonly lower: number };
  readonly foramen: { readonly extent: Bounds; readonly height: number; readonly fat: number };
  /** Front of the articular pillar behind the posterior line, as a fraction of the canal's width, plus mm. */
  readonly front: readonly [number, number];
}

const arches: Readonly<Record<Region, Arch>> = {
  cervical: {
    lamina: { extent: [3, 5, 9, 15], height: 0.62, slant: 0.3 },
    pillar: { extent: [8.5, 11.5, 19, 25], depth: 12, slope: 0.75 },
    pedicle: { extent: [8, 10, 13, 16], upper: 0.3, lower: 0.68 },
    foramen: { extent: [9, 11, 15, 19], height: 0.26, fat: 0.8 },
    front: [0.05, 2.5],
  },
  thoracic: {
    lamina: { extent: [3, 5, 9, 14], height: 0.8, slant: 0.35 },
    pillar: { extent: [8, 10, 16, 20], depth: 9, slope: 1.3 },
    pedicle: { extent: [6.5, 9, 13, 16], upper: 0.12, lower: 0.5 },
    foramen: { extent: [8, 10, 16, 20], height: 0.24, fat: 1 },
    front: [0.45, 1],
  },
  lumbar: {
    lamina: { extent: [3, 6, 10, 16], height: 0.62, slant: 0.25 },
    pillar: { extent: [9, 13, 20, 26], depth: 15, slope: 0.6 },
    pedicle: { extent: [8, 11, 17, 20], upper: 0.12, lower: 0.5 },
    foramen: { extent: [9, 12, 19, 24], height: 0.26, fat: 1 },
    front: [0.5, 1.5],
  },
};

const frontOf = ({ canal }: Subject, { front }: Arch): number =>
  canal.posteriorLigament + canal.width * front[0] + front[1];

/** Laminae, articular pillars with their joints, and what lies beside the bodies; drawn before the bodies. */
export function drawArches(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, vertebrae } = subject;
  const random = subject.random.fork('pillars');
  const cortex = random.uniform(0.8, 1.4);
  const slope = random.uniform(0.8, 1.2);
  const far = Math.abs(lateral) / Math.sqrt(spine.size);
  for (const vertebra of vertebrae) {
    const own = random.fork(`arch ${vertebra.level}`);
    const look = { far, cortex, slope, deviate: own.normal(), bright: own.chance(0.3) };
    drawLamina(drawing, subject, vertebra, look);
    drawPillar(drawing, subject, vertebra, look);
    drawTransverse(drawing, subject, vertebra, look);
    if (vertebra.region === 'thoracic') drawRib(drawing, subject, vertebra, look);
  }
  drawAtlasMass(drawing, subject, far, cortex);
}

interface Look {
  readonly far: number;
  readonly cortex: number;
  readonly slope: number;
  readonly deviate: number;
  /** Whether fluid shows in the joint. */
  readonly bright: boolean;
}

function drawLamina(drawing: Drawing, subject: Subject, vertebra: Vertebra, look: Look): void {
  const { spine, canal } = subject;
  const { lamina } = arches[vertebra.region];
  const left = share(look.far, lamina.extent);
  if (left < 0.2) return;
  // The arch closes behind the canal and comes forward to the pillars.
  const canalEdge = canal.posteriorLigament + (canal.width / 2) * (1 + narrowing(look.far, 14));
  const arc = vertebra.middle + vertebra.gap * 0.22;
  const outline = ellipse(
    spine.at(arc, canalEdge + canal.flavum + 2.5),
    2.9 * left,
    (vertebra.gap * lamina.height * (0.6 + 0.4 * left)) / 2,
    -(spine.angle(arc) + lamina.slant),
    16,
  );
  drawing.addBone(outline, Math.min(look.cortex, 1.6 * left), look.deviate);
}

/** A slanted block between two facet joints; the gap between neighbours is the joint. */
function drawPillar(drawing: Drawing, subject: Subject, vertebra: Vertebra, look: Look): void {
  const { spine } = subject;
  const arch = arches[vertebra.region];
  const left = share(look.far, arch.pillar.extent);
  if (left < 0.2) return;
  const front = frontOf(subject, arch);
  const depth = arch.pillar.depth * (0.45 + 0.55 * left);
  const back = front + depth;
  const drop = (arch.pillar.slope * look.slope * depth) / 2;
  const { top, bottom, middle } = vertebra;
  const joint = rounded(
    [
      spine.at(bottom - drop - 1.6, front + 0.5),
      spine.at(bottom + drop - 1.6, back - 0.5),
      spine.at(bottom + drop + 1.6, back - 0.5),
      spine.at(bottom - drop + 1.6, front + 0.5),
    ],
    1,
  );
  drawing.add(look.bright ? 'csf' : 'cartilage', joint, look.deviate);
  const outline = rounded(
    [
      spine.at(top - drop + 0.9, front),
      spine.at(top + drop + 0.9, back),
      spine.at(middle + drop * 0.6, back - 1.5),
      spine.at(bottom + drop - 0.9, back),
      spine.at(bottom - drop - 0.9, front),
      spine.at(middle - drop * 0.6, front + 1.2),
    ],
    2,
    0.2,
  );
  drawing.addBone(outline, look.cortex, look.deviate);
}

/** Transverse process; the vertebral artery runs through those of the neck. */
function drawTransverse(drawing: Drawing, subject: Subject, vertebra: Vertebra, look: Look): void {
  const { spine } = subject;
  const { level, region, middle, gap } = vertebra;
  const front = frontOf(subject, arches[region]);
  const places: Record<Region, { extent: Bounds; arc: number; behind: number; rx: number; ry: number }> = {
    cervical: { extent: [11, 13, 19, 24], arc: middle + gap * 0.12, behind: -2.5, rx: 5.5, ry: 3.6 },
    thoracic: {
      extent: [13, 16, 22, 31 - (level - 6) * 0.7],
      arc: middle + gap * 0.05,
      behind: front + 7 + Math.max(0, look.far - 14) * 0.25,
      rx: 4.6,
      ry: 5.4,
    },
    lumbar: { extent: [17, 21, 36, 44], arc: middle - gap * 0.12, behind: front + 1, rx: 2.8, ry: 5.5 },
  };
  const place = places[region];
  const left = share(look.far, place.extent);
  if (left < 0.2) return;
  const angle = -spine.angle(place.arc);
  const outline = ellipse(spine.at(place.arc, place.behind), place.rx * left, place.ry * left, angle, 14);
  drawing.addBone(outline, Math.min(look.cortex, left), look.deviate);
}

/** The head of the rib beside the disc above, further out its shaft, which runs back and down. */
function drawRib(drawing: Drawing, subject: Subject, vertebra: Vertebra, look: Look): void {
  const { spine } = subject;
  const head = share(look.far, [14, 17, 20, 24]);
  const shaft = share(look.far, [20, 24, 70, 90]);
  const out = Math.max(0, look.far - 20);
  if (head > 0.2) {
    const outline = ellipse(spine.at(vertebra.top - 0.5, 1), 4.6 * head, 4.4 * head, 0, 14);
    drawing.addBone(outline, Math.min(look.cortex, head), look.deviate);
  }
  if (shaft > 0.2) {
    const arc = vertebra.top + 1 + out * 0.45;
    const behind = 4 + Math.min(24, out * 0.9);
    const outline = ellipse(spine.at(arc, behind), 3.3 * shaft, 6 * shaft, -spine.angle(arc) - 0.3, 14);
    drawing.addBone(outline, look.cortex, look.deviate);
  }
}

/** Lateral masses of C1, the condyles of the occiput on them, and the posterior arch on its way round. */
function drawAtlasMass(drawing: Drawing, subject: Subject, far: number, cortex: number): void {
  const { spine, tip, foramen, canal } = subject;
  const random = subject.random.fork('lateral masses');
  const deviate = random.normal();
  const left = share(far, [7, 11, 18, 25]);
  const arch = share(far, [12, 14, 20, 25]);
  if (left > 0.2) {
    const depth = 15 * (0.5 + 0.5 * left);
    const block = (top: number, bottom: number, bow: number): Point[] =>
      rounded(
        [
          spine.at(top, -depth * 0.62),
          spine.at(top + bow, -depth * 0.1),
          spine.at(top, depth * 0.4),
          spine.at(bottom, depth * 0.45),
          spine.at(bottom + bow * 0.5, -depth * 0.1),
          spine.at(bottom - 2, -depth * 0.65),
        ],
        2,
      );
    const joint = tip * 0.98;
    drawing.add('cartilage', block(-joint - 1.5, -tip * 0.5, 2.5), deviate);
    drawing.addBone(block(-foramen - 5, -joint - 0.8, 2.5), cortex, deviate);
    drawing.addBone(block(-joint + 0.6, -tip * 0.5 - 1, 2.5), cortex, -deviate);
  }
  if (arch > 0.2) {
    const behind = canal.width * narrowing(far, 26) + 4;
    drawing.addBone(ellipse(spine.at(-tip * 0.76, behind), 3 * arch, 4 * arch, 0.3, 14), cortex, -deviate);
  }
}

/** Pedicles, which join bodies and pillars, the foramina between them, and the vertebral artery; after the bodies. */
export function drawForamina(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, vertebrae } = subject;
  const random = subject.random.fork('foramina');
  const far = Math.abs(lateral) / Math.sqrt(spine.size);
  const cortex = random.uniform(0.8, 1.3);
  for (const vertebra of vertebrae) {
    const own = random.fork(`foramen ${vertebra.level}`);
    const [fatty, root, deviate] = [own.uniform(), own.uniform(0.8, 1.2), own.normal()];
    drawForamen(drawing, subject, vertebra, { far, fatty, root, deviate });
    drawPedicle(drawing, subject, vertebra, far, cortex);
  }
  const artery = narrowing(far - 15.5, 2.9);
  if (artery > 0.3) {
    const course = arcsBetween(-subject.tip * 0.85, spine.discs[4].arc - 2, 6).map((s) => spine.at(s, -2.5));
    drawing.add(
      'vessel',
      ribbon(course, () => 4.2 * artery),
      random.normal(),
    );
  }
}

function drawForamen(
  drawing: Drawing,
  subject: Subject,
  vertebra: Vertebra,
  look: { far: number; fatty: number; root: number; deviate: number },
): void {
  const { spine } = subject;
  const { foramen, ...arch } = arches[vertebra.region];
  const left = share(look.far, foramen.extent);
  if (left < 0.25) return;
  const front = frontOf(subject, arches[vertebra.region]);
  const arc = vertebra.bottom - (arch.pedicle.lower < 0.6 ? vertebra.gap * 0.14 : 0);
  const centre = spine.at(arc, front * 0.5 - 0.3);
  const angle = -spine.angle(arc);
  const rx = Math.max(2.4, front * 0.55) * left;
  const ry = vertebra.gap * foramen.height * left;
  drawing.add(look.fatty < foramen.fat ? 'fat' : 'soft', ellipse(centre, rx, ry, angle, 16), look.deviate);
  const root = spine.at(arc - ry * 0.2, front * 0.45);
  drawing.add('soft', ellipse(root, Math.min(rx * 0.6, 2.1 * look.root), 2.4 * look.root * left, angle, 12));
}

function drawPedicle(
  drawing: Drawing,
  subject: Subject,
  vertebra: Vertebra,
  far: number,
  cortex: number,
): void {
  const { spine } = subject;
  const arch = arches[vertebra.region];
  const left = share(far, arch.pedicle.extent);
  if (left < 0.3) return;
  const front = frontOf(subject, arch);
  const { top, gap } = vertebra;
  const mid = top + (gap * (arch.pedicle.upper + arch.pedicle.lower)) / 2;
  const half = ((gap * (arch.pedicle.lower - arch.pedicle.upper)) / 2) * left;
  const bar = (from: number, to: number, high: number): Point[] => [
    spine.at(mid - high, from),
    spine.at(mid - high * 0.8, (from + to) / 2),
    spine.at(mid - high, to),
    spine.at(mid + high, to),
    spine.at(mid + high * 0.8, (from + to) / 2),
    spine.at(mid + high, from),
  ];
  drawing.add('cortical', bar(-1.5, front + 1.5, half));
  drawing.add('marrow', bar(-4, front + 3.5, Math.max(0.5, half - cortex)));
}
