import { seededRandom, valueNoise } from "./random.ts";
import {
  addNoise,
  chain,
  column,
  common,
  createVolume,
  ellipsoid,
  type Point,
  paint,
  rod,
  type Shape,
  type Volume,
  without,
} from "./volume.ts";

/** What each tissue gives in a picture: Hounsfield units for CT, arbitrary units for MR. */
export interface Tissues {
  air: number;
  scalp: number;
  bone: number;
  marrow: number;
  fluid: number;
  grey: number;
  white: number;
  deep: number;
  eye: number;
  muscle: number;
  lesion: number;
  blood: number;
}

export const ctHead: Tissues = {
  air: -1000,
  scalp: -20,
  bone: 1250,
  marrow: 700,
  fluid: 7,
  grey: 38,
  white: 29,
  deep: 37,
  eye: 12,
  muscle: 55,
  lesion: 22,
  blood: 68,
};
export const mrSequences = {
  T1: {
    air: 8,
    scalp: 880,
    bone: 60,
    marrow: 420,
    fluid: 110,
    grey: 420,
    white: 620,
    deep: 470,
    eye: 130,
    muscle: 330,
    lesion: 300,
    blood: 480,
  },
  T2: {
    air: 8,
    scalp: 620,
    bone: 40,
    marrow: 260,
    fluid: 1050,
    grey: 560,
    white: 360,
    deep: 430,
    eye: 1100,
    muscle: 230,
    lesion: 930,
    blood: 620,
  },
  FLAIR: {
    air: 8,
    scalp: 560,
    bone: 40,
    marrow: 250,
    fluid: 90,
    grey: 560,
    white: 420,
    deep: 500,
    eye: 120,
    muscle: 260,
    lesion: 1020,
    blood: 700,
  },
  DWI: {
    air: 4,
    scalp: 110,
    bone: 15,
    marrow: 40,
    fluid: 80,
    grey: 460,
    white: 390,
    deep: 420,
    eye: 60,
    muscle: 90,
    lesion: 1080,
    blood: 500,
  },
} as const satisfies Record<string, Tissues>;

export interface HeadOptions {
  seed: number;
  tissues: Tissues;
  /** Standard deviation in the tissues' units. */
  noise: number;
  /** Blood under the dura of the left side. */
  subdural?: boolean;
  /** An area of the left middle cerebral artery. */
  infarct?: boolean;
  /** Small white matter lesions, how many. */
  lesions?: number;
  size?: Point;
  spacing?: Point;
}

/** The brain's surface is folded: its distance wanders with place. */
function folded(shape: Shape, seed: number, depth: number, scale: number): Shape {
  const noise = valueNoise(seed);
  return {
    min: [shape.min[0] - depth, shape.min[1] - depth, shape.min[2] - depth],
    max: [shape.max[0] + depth, shape.max[1] + depth, shape.max[2] + depth],
    distance: (x, y, z) => shape.distance(x, y, z) + noise(x / scale, y / scale, z / scale) * depth,
  };
}

function paintBrain(volume: Volume, options: HeadOptions): void {
  const { tissues: t, seed } = options;
  const fine = valueNoise(seed + 2);
  const grain = (amount: number) => (x: number, y: number, z: number) => fine(x / 4, y / 4, z / 4) * amount;
  const brain = ellipsoid([0, 2, 18], [65, 82, 62]);
  const contrast = Math.abs(t.grey - t.white) * 0.12;
  paint(volume, folded(brain, seed + 11, 3.2, 9), t.grey, { soft: 1.2, texture: grain(contrast) });
  for (const side of [-1, 1]) {
    const white = common(folded(ellipsoid([side * 32, 2, 20], [26, 68, 50]), seed + 13 + side, 9, 11), brain);
    paint(volume, white, t.white, { soft: 1.6, texture: grain(contrast) });
  }
  paint(volume, rod([-14, -12, 26], [14, -12, 26], 6), t.white, { soft: 2 });
  paint(volume, rod([-14, 26, 22], [14, 26, 22], 6), t.white, { soft: 2 });
  // Sulci: thin sheets of fluid from the surface inwards.
  const random = seededRandom(seed * 7);
  for (let n = 0; n < 90; n++) {
    const theta = random() * Math.PI * 2;
    const phi = Math.acos(1 - random() * 1.3);
    const at = (k: number): Point => [
      Math.sin(phi) * Math.cos(theta) * 65 * k,
      2 + Math.sin(phi) * Math.sin(theta) * 82 * k,
      18 + Math.cos(phi) * 62 * k,
    ];
    paint(volume, rod(at(1.0), at(0.82 + random() * 0.08), 1.5, 0.6), t.fluid, { soft: 1.4 });
  }
  paint(
    volume,
    {
      min: [-1.2, -82, -10],
      max: [1.2, 86, 84],
      distance: (x, y, z) =>
        Math.max(Math.abs(x) - 1.1, brain.distance(x, y, z), -20 - brain.distance(x, y, z)),
    },
    t.fluid,
    { soft: 1.2 },
  );
  for (const side of [-1, 1]) {
    const deep: [Point, Point][] = [
      [
        [side * 20, -12, 16],
        [7, 16, 12],
      ],
      [
        [side * 12, 12, 14],
        [8, 13, 9],
      ],
      [
        [side * 29, -2, 14],
        [6, 18, 12],
      ],
    ];
    for (const [centre, radii] of deep) paint(volume, ellipsoid(centre, radii), t.deep, { soft: 2.4 });
    const horns = [
      ...chain(
        [
          [side * 5, -32, 24],
          [side * 9, -10, 30],
          [side * 14, 18, 28],
          [side * 22, 34, 18],
          [side * 20, 48, 14],
        ],
        5,
        4,
      ),
      ...chain(
        [
          [side * 22, 34, 16],
          [side * 30, 16, -4],
        ],
        3.4,
        2,
      ),
    ];
    for (const horn of horns) paint(volume, horn, t.fluid, { soft: 1.5 });
  }
  paint(volume, rod([0, -6, 14], [0, 12, 12], 2.2), t.fluid, { soft: 1.3 });
  paint(volume, folded(ellipsoid([0, 48, -32], [48, 30, 24]), seed + 21, 2.6, 5), t.grey, {
    soft: 1.4,
    texture: grain(contrast),
  });
  paint(volume, ellipsoid([0, 16, -34], [15, 13, 28]), t.white, { soft: 2 });
  paint(volume, ellipsoid([0, 32, -32], [6, 5, 12]), t.fluid, { soft: 1.5 });
}

function paintLesions(volume: Volume, options: HeadOptions): void {
  const { tissues: t } = options;
  const random = seededRandom(options.seed * 3 + 1);
  for (let n = 0; n < (options.lesions ?? 0); n++) {
    const side = n % 2 ? 1 : -1;
    const at: Point = [side * (22 + random() * 14), -30 + random() * 64, 22 + random() * 24];
    const radius = 2.2 + random() * 3;
    paint(volume, ellipsoid(at, [radius, radius * 1.5, radius]), t.lesion, { soft: 2 });
  }
  if (options.infarct) {
    const area = common(
      folded(ellipsoid([46, 2, 22], [22, 34, 26]), 5, 6, 10),
      ellipsoid([0, 2, 18], [64, 81, 61]),
    );
    paint(volume, area, t.lesion, { soft: 5 });
  }
  if (options.subdural) {
    const inner = ellipsoid([-5, 3, 18], [65, 83, 63]);
    const space = without(
      common(ellipsoid([0, 2, 18], [69, 86, 66]), {
        ...inner,
        min: [8, -70, -20],
        max: [80, 80, 90],
        distance: (x) => 8 - x,
      }),
      inner,
    );
    paint(volume, space, t.blood, { soft: 1.5 });
  }
}

/** A head in the units of its tissues: CT in Hounsfield units, or one MR sequence. */
export function headVolume(options: HeadOptions): Volume {
  const { tissues: t, seed } = options;
  const volume = createVolume(
    options.size ?? [320, 320, 60],
    options.spacing ?? [0.7, 0.7, 2.5],
    [0, 6, 14],
    t.air,
  );
  const crown = (by: number): Shape => ellipsoid([0, 4, 16], [82 - by, 101 - by, 82 - by]);
  const neck = (by: number) => column(-90, 0, (z) => [68 - by + z * 0.12, 84 - by + z * 0.1, 10]);
  paint(volume, neck(0), t.scalp, { soft: 1.5 });
  paint(volume, crown(0), t.scalp, { soft: 1.2 });
  paint(volume, ellipsoid([0, -46, -34], [66, 54, 56]), t.scalp, { soft: 1.5 });
  paint(volume, neck(6), t.muscle, { soft: 2 });
  paint(volume, ellipsoid([0, -44, -36], [60, 48, 52]), t.muscle, { soft: 3 });
  paint(volume, crown(6), t.bone, { soft: 1.2 });
  paint(volume, crown(8.4), t.marrow, { soft: 1 });
  paint(volume, crown(9.8), t.bone, { soft: 1 });
  paint(volume, ellipsoid([0, 2, 18], [69, 86, 66]), t.fluid, { soft: 1.2 });
  paintBrain(volume, options);
  // Base of the skull, orbits and sinuses.
  for (const side of [-1, 1]) {
    for (const bone of chain(
      [
        [side * 64, 30, -34],
        [side * 34, 18, -30],
        [side * 14, 2, -26],
      ],
      8,
      6,
    ))
      paint(volume, bone, t.bone * 0.8, { soft: 2 });
    paint(volume, ellipsoid([side * 52, 36, -38], [9, 10, 10]), t.air, {
      soft: 2,
      texture: (x, y, z) => Math.sin(x * 2) * Math.sin(y * 2) * Math.sin(z * 2) * Math.abs(t.bone) * 0.4,
    });
    paint(
      volume,
      without(ellipsoid([side * 32, -70, -24], [22, 26, 19]), ellipsoid([side * 32, -72, -24], [19, 24, 16])),
      t.bone * 0.7,
      { soft: 1.5 },
    );
    paint(volume, ellipsoid([side * 32, -70, -24], [19, 24, 16]), t.scalp, { soft: 1.5 });
    paint(volume, ellipsoid([side * 32, -82, -24], [12, 12, 12]), t.eye, { soft: 1.2 });
    paint(volume, rod([side * 30, -70, -24], [side * 12, -36, -22], 2), t.muscle, { soft: 1 });
    paint(volume, ellipsoid([side * 28, -58, -54], [15, 20, 14]), t.air, { soft: 1.4 });
  }
  paint(volume, ellipsoid([0, -60, -30], [9, 28, 18]), t.air, {
    soft: 1.6,
    texture: (x) => (Math.abs(x) < 1 ? Math.abs(t.bone) * 0.5 : 0),
  });
  paint(volume, ellipsoid([0, -26, -38], [10, 12, 9]), t.air, { soft: 1.4 });
  paintLesions(volume, options);
  addNoise(volume, options.noise, seededRandom(seed));
  return volume;
}
