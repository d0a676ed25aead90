/** Column and row in an image, 0, 0 at the outer corner of its first pixel. */
export type PixelPoint = readonly [column: number, row: number];
