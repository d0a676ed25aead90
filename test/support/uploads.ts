import { crc32, deflateRawSync } from "node:zlib";

export interface FormPart {
  name: string;
  /** Makes it a file. */
  filename?: string;
  bytes?: Uint8Array;
  /** Of a field. */
  value?: string;
}

const boundary = "----form7f3a";

/** multipart/form-data as a browser writes it. */
export const form = {
  headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  body(parts: readonly FormPart[]): Buffer {
    const pieces = parts.flatMap(({ name, filename, bytes, value }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}\r\n` +
          `${filename === undefined ? "" : "Content-Type: application/octet-stream\r\n"}\r\n`,
      ),
      bytes ?? Buffer.from(value ?? ""),
      Buffer.from("\r\n"),
    ]);
    return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  },
};

export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
  /** What the directory says in place of the truth. */
  claim?: { size?: number; flags?: number; method?: number };
}

/** A ZIP archive (APPNOTE 4.3), deflated. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, claim = {} } of entries) {
    const data = deflateRawSync(bytes);
    const path = Buffer.from(name);
    // Both headers share these fields: flags, method, time, date, CRC-32, sizes, length of the name, length of the extra field.
    const common = Buffer.alloc(24);
    common.writeUInt16LE(claim.flags ?? 0x0800, 0);
    common.writeUInt16LE(claim.method ?? 8, 2);
    common.writeUInt32LE(crc32(bytes), 8);
    common.writeUInt32LE(data.length, 12);
    common.writeUInt32LE(claim.size ?? bytes.length, 16);
    common.writeUInt16LE(path.length, 20);
    const local = Buffer.concat([Buffer.from("PK\x03\x04\x14\0", "latin1"), common, path, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0\x14\0", "latin1"), common, rest, path);
    files.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, index, end]);
}
