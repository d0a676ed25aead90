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
  tree,
  type Volume,
  without,
} from "./volume.ts";

export interface AbdomenOptions {
  seed: number;
  /** A lesion in the right lobe of the liver, diameter in mm. */
  lesionMm?: number;
  size?: Point;
  spacing?: Point;
}

/** Hounsfield units in the portal venous phase. */
const HU = {
  air: -1000,
  fat: -105,
  muscle: 58,
  liver: 112,
  spleen: 124,
  kidney: 178,
  pelvis: 25,
  vessel: 165,
  bowel: 42,
  gas: -900,
  bone: 260,
  cortex: 620,
  marrow: 210,
  disc: 88,
  cord: 30,
  bile: 10,
  table: -180,
};

const outline = (z: number): Point => [158 + Math.max(0, -z) * 0.06, 108 - Math.abs(z) * 0.03, 4];
const shrink =
  (x: number, y: number) =>
  (z: number): Point => {
    const [rx, ry, cy] = outline(z);
    return [rx - x, ry - y, cy];
  };

function paintOrgans(volume: Volume, options: AbdomenOptions): void {
  const noise = valueNoise(options.seed + 9);
  const fine = (x: number, y: number, z: number) => noise(x / 7, y / 7, z / 7) * 7;
  const random = seededRandom(options.seed * 17 + 3);
  const soft = 1.8;
  const liver = common(ellipsoid([-62, -8, 62], [84, 78, 84]), column(-200, 200, shrink(26, 24)));
  const leftLobe = common(ellipsoid([4, -52, 74], [74, 34, 46]), column(-200, 200, shrink(26, 24)));
  for (const part of [liver, leftLobe]) paint(volume, part, HU.liver, { soft, texture: fine });
  for (const direction of [
    [-1, -0.2, 0.3],
    [-0.8, 0.5, -0.4],
    [-0.6, -0.7, 0.2],
  ] as const) {
    for (const vessel of tree(random, [-34, -2, 58], direction, 6, 20, 5, liver))
      paint(volume, vessel, HU.liver + 46, { soft: 1.4, over: [80, 140] });
  }
  if (options.lesionMm !== undefined) {
    const radius = options.lesionMm / 2;
    paint(volume, ellipsoid([-92, 12, 66], [radius, radius * 0.92, radius * 0.96]), 62, { soft: 2 });
    paint(volume, ellipsoid([-92, 12, 66], [radius * 0.55, radius * 0.5, radius * 0.5]), 38, { soft: 3 });
  }
  paint(volume, ellipsoid([-44, -48, 8], [15, 18, 30]), HU.bile, { soft });
  paint(volume, ellipsoid([98, 30, 76], [34, 46, 50]), HU.spleen, { soft, texture: fine });
  paint(
    volume,
    without(ellipsoid([46, -44, 66], [52, 36, 36]), ellipsoid([46, -44, 66], [46, 30, 30])),
    HU.bowel + 30,
    { soft },
  );
  paint(volume, ellipsoid([46, -44, 66], [46, 30, 30]), 14, { soft });
  paint(
    volume,
    common(ellipsoid([46, -44, 66], [46, 30, 30]), ellipsoid([46, -96, 66], [80, 42, 60])),
    HU.gas,
    { soft },
  );
  for (const shape of chain(
    [
      [-20, -12, 26],
      [14, -20, 32],
      [50, -6, 42],
      [84, 16, 56],
    ],
    13,
    9,
  ))
    paint(volume, shape, 96, { soft: 2.5, texture: fine });
  for (const side of [-1, 1]) {
    const z = side < 0 ? 4 : 14;
    const kidney = ellipsoid([side * 66, 46, z], [27, 29, 55]);
    paint(volume, kidney, HU.kidney, { soft, texture: fine });
    paint(volume, common(kidney, ellipsoid([side * 50, 40, z], [18, 15, 30])), HU.fat + 10, { soft: 3 });
    paint(volume, ellipsoid([side * 46, 40, z - 6], [8, 9, 15]), HU.pelvis, { soft: 2 });
    for (const shape of chain(
      [
        [side * 44, 40, z - 16],
        [side * 40, 44, -60],
        [side * 36, 46, -140],
      ],
      2.6,
    ))
      paint(volume, shape, 40, { soft: 1.4 });
  }
  for (const shape of chain(
    [
      [10, 40, 160],
      [8, 40, 0],
      [4, 40, -60],
    ],
    10,
    9,
  ))
    paint(volume, shape, HU.vessel + 20, { soft });
  for (const side of [-1, 1])
    for (const shape of chain(
      [
        [4, 40, -60],
        [side * 34, 30, -140],
      ],
      7,
      6,
    ))
      paint(volume, shape, HU.vessel + 10, { soft });
  for (const shape of chain(
    [
      [-20, 36, 160],
      [-18, 40, 0],
      [-16, 42, -140],
    ],
    11,
    11,
  ))
    paint(volume, shape, HU.vessel - 10, { soft });
}

function paintBowel(volume: Volume, seed: number): void {
  const random = seededRandom(seed * 11 + 1);
  for (let loop = 0; loop < 16; loop++) {
    const points: Point[] = [];
    let x = (random() - 0.5) * 150;
    let y = -70 + random() * 66;
    let z = -20 - random() * 110;
    for (let step = 0; step < 5; step++) {
      points.push([x, y, z]);
      x = Math.max(-98, Math.min(98, x + (random() - 0.5) * 60));
      y = Math.max(-76, Math.min(8, y + (random() - 0.5) * 34));
      z = Math.max(-146, Math.min(-12, z + (random() - 0.5) * 40));
    }
    const gas = random() < 0.3;
    for (const shape of chain(points, 11))
      paint(volume, shape, HU.bowel + 36, { soft: 1.6, over: [-130, 60] });
    for (const shape of chain(points, 8.2))
      paint(volume, shape, gas ? HU.gas : 22 + random() * 30, { soft: 1.6, over: [-130, 90] });
  }
  const colon: Point[] = [
    [-104, 18, -130],
    [-108, 10, -60],
    [-104, -6, 4],
    [-50, -66, -2],
    [20, -78, -8],
    [86, -44, 22],
    [110, 10, 20],
    [112, 22, -70],
    [92, 30, -140],
  ];
  for (const shape of chain(colon, 19)) paint(volume, shape, HU.bowel + 26, { soft: 1.8, over: [-140, 90] });
  for (const shape of chain(colon, 16))
    paint(volume, shape, HU.gas + 380, {
      soft: 2,
      texture: (x, y, z) => scaled(x, y, z) * 300,
      over: [-140, 110],
    });
}

const valueTexture = valueNoise(77);
const scaled = (x: number, y: number, z: number) => valueTexture(x / 6, y / 6, z / 6);

function paintBones(volume: Volume): void {
  for (let level = 0; level < 12; level++) {
    const z = 156 - level * 31;
    paint(volume, ellipsoid([0, 70, z], [26, 19, 15]), HU.cortex - 130, { soft: 2 });
    paint(volume, ellipsoid([0, 70, z], [23, 16, 12.5]), HU.marrow, {
      soft: 2,
      texture: (x, y, w) => scaled(x, y, w) * 40,
    });
    paint(volume, ellipsoid([0, 70, z - 15.5], [22, 16, 4.4]), HU.disc, { soft: 1.5 });
    for (const side of [-1, 1]) {
      for (const shape of chain(
        [
          [side * 14, 84, z + 2],
          [side * 22, 94, z],
          [side * 50, 96, z + 2],
        ],
        5.5,
        3,
      ))
        paint(volume, shape, HU.cortex - 150, { soft: 1.5 });
      for (const shape of chain(
        [
          [side * 16, 96, z],
          [0, 106, z - 8],
        ],
        4.6,
        4,
      ))
        paint(volume, shape, HU.cortex - 150, { soft: 1.5 });
      paint(volume, ellipsoid([side * 34, 84, z], [17, 17, 18]), HU.muscle, { soft: 3, over: [-130, 80] });
      paint(volume, ellipsoid([side * 30, 62, z - 20], [14, 15, 18]), HU.muscle, {
        soft: 3,
        over: [-130, 80],
      });
    }
    paint(volume, ellipsoid([0, 108, z - 10], [3.6, 11, 9]), HU.cortex - 170, { soft: 1.5 });
  }
  paint(
    volume,
    column(-170, 170, () => [11, 9, 93]),
    HU.cord,
    { soft: 1.5, over: [-200, 900] },
  );
  for (let rib = 0; rib < 4; rib++) {
    for (const side of [-1, 1]) {
      const points = Array.from({ length: 11 }, (_, step): Point => {
        const angle = Math.PI * 0.42 - (step / 10) * Math.PI * (0.72 - rib * 0.12);
        const [rx, ry, cy] = shrink(17, 17)(0);
        return [side * Math.cos(angle) * rx, cy + Math.sin(angle) * ry, 176 - rib * 30 - step * 6.5];
      });
      for (const shape of chain(points, 5)) paint(volume, shape, HU.cortex, { soft: 1.4 });
      for (const shape of chain(points, 3)) paint(volume, shape, HU.marrow, { soft: 1.4 });
    }
  }
  for (const side of [-1, 1]) {
    for (const shape of chain(
      [
        [side * 40, 78, -150],
        [side * 96, 50, -118],
        [side * 122, 4, -140],
      ],
      9,
      7,
    ))
      paint(volume, shape, HU.cortex - 200, { soft: 2 });
  }
}

/** An abdomen with contrast medium, in Hounsfield units. */
export function abdomenVolume(options: AbdomenOptions): Volume {
  const random = seededRandom(options.seed);
  const noise = valueNoise(options.seed);
  const volume = createVolume(
    options.size ?? [384, 384, 100],
    options.spacing ?? [0.95, 0.95, 3],
    [0, 4, 0],
    HU.air,
  );
  const fine = (x: number, y: number, z: number) => noise(x / 8, y / 8, z / 8) * 9;
  paint(
    volume,
    without(ellipsoid([0, 60, 0], [182, 92, 900]), ellipsoid([0, 52, 0], [186, 92, 900])),
    HU.table,
    { soft: 1.5 },
  );
  paint(volume, column(-170, 170, outline), HU.fat, { soft: 1.5, texture: fine });
  paint(volume, column(-170, 170, shrink(14, 15)), HU.muscle, { soft: 2, texture: fine });
  paint(volume, column(-170, 170, shrink(25, 24)), HU.fat + 4, { soft: 2, texture: fine });
  paintBowel(volume, options.seed);
  paintOrgans(volume, options);
  paintBones(volume);
  addNoise(volume, 11, random);
  return volume;
}
