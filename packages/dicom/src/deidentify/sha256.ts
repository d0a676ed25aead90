/** Keyed hashes without the platform's: those of browsers answer later, and every element of a data set would have to wait for one. */

const initial = new Uint32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const blockBytes = 64;

/** The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4 4.2.2). */
const constants = new Uint32Array(64);
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let isPrime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor++)
    if (candidate % divisor === 0) isPrime = false;
  if (isPrime) constants[found++] = Number(cubeRootFraction(candidate));
}

/** Exact, because a double has too few digits to be trusted with the last of 32 bits. */
function cubeRootFraction(value: number): bigint {
  const scaled = BigInt(value) << 96n;
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** 3n <= scaled) low = middle;
    else high = middle;
  }
  return low & 0xffffffffn;
}

const rotated = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits));

function compress(state: Uint32Array, view: DataView, at: number, w: Uint32Array): void {
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!;
    const b = w[i - 2]!;
    const small0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3);
    const small1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10);
    w[i] = w[i - 16]! + small0 + w[i - 7]! + small1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < 64; i++) {
    const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const one = (h + big1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = state[i]! + word;
  });
}

/** SHA-256 (FIPS 180-4) of a message that is held in memory: 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  const state = initial.slice();
  const schedule = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += blockBytes) compress(state, view, at, schedule);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => {
    digest.setUint32(i * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

/** HMAC-SHA-256 (RFC 2104) with one key. */
export function hmacSha256(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const block = new Uint8Array(blockBytes);
  block.set(key.length > blockBytes ? sha256(key) : key);
  const joined = (pad: number, message: Uint8Array) => {
    const bytes = new Uint8Array(blockBytes + message.length);
    for (let i = 0; i < blockBytes; i++) bytes[i] = block[i]! ^ pad;
    bytes.set(message, blockBytes);
    return bytes;
  };
  return (message) => sha256(joined(0x5c, sha256(joined(0x36, message))));
}
