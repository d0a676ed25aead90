/**
 * Memory for what is read and sent at once. Left to the garbage collector, each half megabyte of images costs a walk over the whole heap now and
 * then, which is longer than reading it.
 */
export interface LentMemory {
  /** A piece, or null where all are out: then the reader takes memory of its own. */
  take(): Buffer | null;
  /** Of a piece that nobody reads any more. */
  giveBack(piece: Buffer): void;
}

/** @param most pieces that there may be; they are made when they are needed, and stay */
export function createLentMemory(pieceBytes: number, most: number): LentMemory {
  const spare: Buffer[] = [];
  let made = 0;
  return {
    take() {
      const piece = spare.pop();
      if (piece || made >= most) return piece ?? null;
      made += 1;
      return Buffer.allocUnsafeSlow(pieceBytes);
    },
    giveBack: (piece) => void spare.push(piece),
  };
}
