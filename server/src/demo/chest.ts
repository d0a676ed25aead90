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
  tree,
  type Volume,
  without,
} from "./volume.ts";

export interface ChestOptions {
  seed: number;
  /** Diameter of a nodule in the right middle lobe, mm; none when left out. */
  noduleMm?: number;
  /** Contrast medium in the vessels. */
  contrast?: boolean;
  /** Fluid in the right pleural space. */
  effusion?: boolean;
  /** Lying on the scanner's table. */
  table?: boolean;
  size?: Point;
  spacing?: Point;
}

/** Hounsfield units. */
const HU = {
  air: -1000,
  fat: -100,
  muscle: 48,
  lung: -865,
  blood: 42,
  enhanced: 230,
  bone: 280,
  cortex: 650,
  marrow: 210,
  disc: 85,
  cord: 30,
  liver: 62,
  table: -180,
  soft: 40,
};

const outline = (z: number): Point => {
  const shoulders = Math.max(0, (z - 95) / 60);
  return [158 + shoulders * 26, 112 - shoulders * 12, 4 + shoulders * 6];
};
const shrink =
  (by: number) =>
  (z: number): Point => {
    const [rx, ry, cy] = outline(z);
    return [rx - by, ry - by, cy];
  };

function lungs(): { right: Shape; left: Shape; dome: Shape } {
  const cavity = column(-160, 138, (z) => {
    const apex = Math.max(0, (z - 40) / 98);
    const base = Math.max(0, (-z - 60) / 100);
    return [(120 + 8 * base) * (1 - 0.62 * apex ** 2), 84 * (1 - 0.5 * apex ** 2), 4 + 6 * apex];
  });
  const middle = column(-170, 150, (z) => [z > 60 ? 30 : 34 + Math.max(0, -z) * 0.08, 74, 12]);
  const half = (side: -1 | 1): Shape => ({
    ...cavity,
    min: [side < 0 ? cavity.min[0] : 0, cavity.min[1], cavity.min[2]],
    max: [side < 0 ? 0 : cavity.max[0], cavity.max[1], cavity.max[2]],
    distance: (x, y, z) => Math.max(cavity.distance(x, y, z), -x * side, -middle.distance(x, y, z)),
  });
  const dome = ellipsoid([-62, 0, -165], [92, 98, 92]);
  const leftDome = ellipsoid([66, 4, -172], [84, 92, 82]);
  return { right: without(half(-1), dome), left: without(half(1), leftDome), dome };
}

function paintBones(volume: Volume): void {
  const bone = (shape: Shape[], value = HU.bone, soft = 1.4) => {
    for (const part of shape) paint(volume, part, value, { soft });
  };
  for (let rib = 0; rib < 12; rib++) {
    const top = 132 - rib * 24;
    for (const side of [-1, 1]) {
      const reach = rib > 9 ? 0.55 : 1;
      const points: Point[] = [];
      for (let step = 0; step <= 16; step++) {
        const t = (step / 16) * reach;
        const angle = Math.PI * 0.44 - t * Math.PI * 0.9;
        const [rx, ry, cy] = shrink(19)(Math.min(90, top - t * 55));
        const narrow = rib < 3 ? 0.62 + rib * 0.13 : 1;
        points.push([
          side * Math.cos(angle) * rx * narrow,
          cy + Math.sin(angle) * ry * (rib < 2 ? 0.8 : 1),
          top - Math.sin(t * Math.PI * 0.6) * 48,
        ]);
      }
      bone(chain(points, 5.2), HU.cortex);
      bone(chain(points, 3.2), HU.marrow);
    }
  }
  bone(
    chain(
      [
        [-5, -80, 92],
        [-5, -88, 40],
        [-4, -87, -34],
      ],
      6.5,
      5,
    ),
    HU.bone + 60,
  );
  bone(
    chain(
      [
        [5, -80, 92],
        [5, -88, 40],
        [4, -87, -34],
      ],
      6.5,
      5,
    ),
    HU.bone + 60,
  );
  for (const side of [-1, 1]) {
    bone(
      chain(
        [
          [side * 12, -88, 112],
          [side * 70, -72, 128],
          [side * 138, -8, 132],
        ],
        6,
        7,
      ),
      HU.cortex,
    );
    bone(
      chain(
        [
          [side * 150, 10, 122],
          [side * 118, 74, 96],
          [side * 92, 86, 20],
        ],
        6,
        3,
      ),
      HU.cortex - 120,
    );
  }
  for (let level = 0; level < 13; level++) {
    const z = 140 - level * 24;
    const size = 0.82 + level * 0.022;
    paint(volume, ellipsoid([0, 66, z], [19 * size, 15 * size, 12.5]), HU.cortex - 120, { soft: 2 });
    paint(volume, ellipsoid([0, 66, z], [16.5 * size, 12.5 * size, 10]), HU.marrow, { soft: 2 });
    paint(volume, ellipsoid([0, 66, z - 12], [16 * size, 13 * size, 3.4]), HU.disc, { soft: 1.5 });
    for (const side of [-1, 1]) {
      bone(
        chain(
          [
            [side * 10, 76, z + 2],
            [side * 15, 88, z],
            [side * 38, 92, z + 3],
          ],
          5,
          3,
        ),
        HU.cortex - 150,
      );
      bone(
        chain(
          [
            [side * 13, 90, z],
            [0, 102, z - 6],
          ],
          4,
          3.4,
        ),
        HU.cortex - 150,
      );
    }
    bone(
      chain(
        [
          [0, 100, z - 4],
          [0, 116, z - 18],
        ],
        4,
        3,
      ),
      HU.cortex - 170,
    );
  }
  paint(
    volume,
    column(-160, 160, () => [9, 8, 87]),
    HU.cord,
    { soft: 1.5, over: [-200, 900] },
  );
}

function paintVessels(volume: Volume, options: ChestOptions, right: Shape, left: Shape): void {
  const random = seededRandom(options.seed * 31 + 5);
  const blood = options.contrast ? HU.enhanced : HU.blood;
  for (const [lung, side] of [
    [right, -1],
    [left, 1],
  ] as const) {
    const hilum: Point = [side * 34, 6, -8];
    for (let n = 0; n < 9; n++) {
      const angle = (n / 9) * Math.PI * 2;
      const direction: Point = [side * 0.9, Math.sin(angle) * 0.9, Math.cos(angle) * 1.1];
      for (const shape of tree(random, hilum, direction, 4.6, 26, 7, lung))
        paint(volume, shape, blood * 0.8, { soft: 1, over: [-1000, -200] });
    }
    for (const shape of tree(random, [side * 22, 14, 20], [side, 0.1, -0.7], 5.5, 22, 3, lung)) {
      paint(volume, shape, 20, { soft: 1.2, over: [-1000, -200] });
      const inner = {
        ...shape,
        distance: (x: number, y: number, z: number) => shape.distance(x, y, z) + 1.4,
      };
      paint(volume, inner, -960, { soft: 0.8 });
    }
  }
  const heart = { soft: 3, over: [-300, 300] as const };
  paint(volume, ellipsoid([26, -24, -58], [62, 50, 62]), 44, { soft: 3 });
  paint(volume, ellipsoid([44, -20, -66], [34, 30, 42]), blood * 0.95, heart);
  paint(volume, ellipsoid([4, -40, -52], [34, 24, 40]), blood * 0.9, heart);
  paint(volume, ellipsoid([8, 14, -30], [38, 20, 24]), blood * 0.92, heart);
  const vessels = [
    ...chain(
      [
        [6, -22, -34],
        [-4, -30, 10],
        [-2, -24, 46],
        [10, 2, 62],
        [22, 34, 52],
        [26, 46, 20],
        [22, 48, -60],
        [14, 46, -165],
      ],
      16,
      12,
    ),
    ...chain(
      [
        [-24, -20, 96],
        [-24, -20, 20],
        [-20, -14, -30],
      ],
      9,
      10,
    ),
    ...chain(
      [
        [10, -28, -20],
        [6, -20, 16],
        [-36, 4, 4],
      ],
      13,
      9,
    ),
    ...chain(
      [
        [8, -16, 18],
        [38, 12, 10],
      ],
      11,
      9,
    ),
  ];
  for (const shape of vessels) paint(volume, shape, blood, { soft: 2 });
  for (const shape of chain(
    [
      [0, 6, 160],
      [0, 14, 60],
      [0, 16, 34],
    ],
    9,
  ))
    paint(volume, shape, -980, { soft: 1.6 });
  for (const side of [-1, 1])
    for (const shape of chain(
      [
        [0, 16, 36],
        [side * 24, 18, 16],
        [side * 40, 14, -6],
      ],
      7,
      5,
    ))
      paint(volume, shape, -970, { soft: 1.4 });
}

function paintNodule(volume: Volume, diameterMm: number, random: () => number): void {
  const centre: Point = [-82, -14, -24];
  const radius = diameterMm / 2;
  paint(volume, ellipsoid(centre, [radius, radius * 0.94, radius * 0.97]), 34, { soft: 0.9 });
  for (let n = 0; n < 7; n++) {
    const angle = n * 0.9 + random() * 0.3;
    const end: Point = [
      centre[0] + Math.cos(angle) * radius * 1.9,
      centre[1] + Math.sin(angle) * radius * 1.9,
      centre[2] + (random() - 0.5) * radius * 2,
    ];
    paint(volume, rod(centre, end, radius * 0.22, 0.3), 10, { soft: 0.8, over: [-1000, -200] });
  }
}

/** A chest in Hounsfield units: one anatomy for CT slices and, projected, for radiographs. */
export function chestVolume(options: ChestOptions): Volume {
  const random = seededRandom(options.seed);
  const volume = createVolume(
    options.size ?? [336, 336, 112],
    options.spacing ?? [1.15, 1.15, 2.6],
    [0, 12, -8],
    HU.air,
  );
  const noise = valueNoise(options.seed);
  const fine = (x: number, y: number, z: number) => noise(x / 9, y / 9, z / 9) * 8;
  if (options.table)
    paint(
      volume,
      without(ellipsoid([0, 60, 0], [196, 96, 900]), ellipsoid([0, 52, 0], [200, 96, 900])),
      HU.table,
      { soft: 1.5 },
    );
  paint(volume, column(-170, 170, outline), HU.fat, { soft: 1.5, texture: fine });
  paint(volume, column(-170, 170, shrink(11)), HU.muscle, { soft: 2, texture: fine });
  for (const side of [-1, 1])
    paint(volume, ellipsoid([side * 96, -86, 62], [50, 10, 60]), HU.fat, { soft: 4, over: [20, 90] });
  const { right, left, dome } = lungs();
  const texture = (_x: number, y: number, _z: number) =>
    noise(_x / 14, y / 14, _z / 14) * 22 + Math.max(-20, y) * 0.55;
  for (const lung of [right, left]) paint(volume, lung, HU.lung, { soft: 1.4, texture });
  paint(
    volume,
    column(-170, 130, () => [27, 66, 12]),
    -75,
    { soft: 5, over: [20, 90] },
  );
  paint(volume, common(dome, column(-170, 0, shrink(26))), HU.liver + (options.contrast ? 46 : 0), {
    soft: 1.5,
    texture: fine,
  });
  paint(volume, common(ellipsoid([74, 8, -176], [70, 78, 74]), column(-170, 0, shrink(26))), HU.soft, {
    soft: 1.5,
    texture: fine,
  });
  paint(volume, ellipsoid([60, -26, -128], [34, 28, 22]), -940, { soft: 2, over: [-50, 200] });
  if (options.effusion) {
    const fluid = common(right, {
      min: [-140, 30, -160],
      max: [0, 100, 20],
      distance: (_x, y, z) => 52 - y + Math.max(0, z + 60) * 0.35,
    });
    paint(volume, fluid, 12, { soft: 2 });
  }
  paintVessels(volume, options, right, left);
  paintBones(volume);
  if (options.noduleMm !== undefined) paintNodule(volume, options.noduleMm, random);
  addNoise(volume, 13, random);
  return volume;
}
