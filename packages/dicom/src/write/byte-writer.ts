/** A growing run of bytes. */
export class ByteWriter {
  length = 0;
  /** Bytes of values that are written elsewhere, in front of here. */
  skipped = 0;
  private bytes: Uint8Array;
  private view: DataView;
  private readonly little: boolean;

  constructor(littleEndian: boolean, capacity = 4096) {
    this.little = littleEndian;
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Where the next byte stands, values that are written elsewhere counted. */
  get position(): number {
    return this.length + this.skipped;
  }

  private room(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number, little: boolean = this.little): void {
    this.room(2);
    this.view.setUint16(this.length, value, little);
    this.length += 2;
  }

  u32(value: number, little: boolean = this.little): void {
    this.room(4);
    this.view.setUint32(this.length, value, little);
    this.length += 4;
  }

  /** Sets an earlier 32 bit number. */
  patch32(at: number, value: number, little: boolean = this.little): void {
    this.view.setUint32(at, value, little);
  }

  put(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
