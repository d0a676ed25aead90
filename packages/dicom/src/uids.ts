import { SopClasses, SopInstances, TransferSyntaxes, uidFacts } from "./uids.generated.ts";

export { SopClasses, SopInstances, TransferSyntaxes };

export type SopClassKind =
  | "storage"
  | "query-retrieve"
  | "worklist"
  | "performed-step"
  | "storage-commitment"
  | "print"
  | "verification"
  | "sop-class"
  | "meta-sop-class";

/** A registered UID (PS3.6 A). */
export interface UidEntry {
  readonly uid: string;
  readonly kind: string;
  readonly keyword: string;
  readonly name: string;
  readonly retired: boolean;
}

export interface SopClass extends UidEntry {
  readonly kind: SopClassKind;
}

export interface TransferSyntax {
  readonly uid: string;
  readonly keyword: string;
  readonly name: string;
  readonly retired: boolean;
  readonly littleEndian: boolean;
  readonly explicitVR: boolean;
  /** Pixel Data comes in fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
  /** The data set as a whole is deflated (PS3.5 A.5). */
  readonly deflated: boolean;
  /** Pixels may have lost something in it; false where it never does. */
  readonly lossy: boolean;
  /** A frame is part of a moving picture and cannot be taken out alone (MPEG-2, MPEG-4, HEVC). */
  readonly video: boolean;
}

let entries: Map<string, UidEntry> | undefined;

function registered(): Map<string, UidEntry> {
  if (entries) return entries;
  entries = new Map();
  for (const line of uidFacts.split("\n")) {
    const [uid, kind, state, keyword, ...name] = line.split("|");
    entries.set(uid!, {
      uid: uid!,
      kind: kind!,
      keyword: keyword!,
      name: name.join("|"),
      retired: state === "retired",
    });
  }
  return entries;
}

/** Any registered UID; undefined for others. */
export function registeredUid(uid: string): UidEntry | undefined {
  return registered().get(uid);
}

const sopKinds = new Set<string>([
  "storage",
  "query-retrieve",
  "worklist",
  "performed-step",
  "storage-commitment",
  "print",
  "verification",
  "sop-class",
  "meta-sop-class",
]);

/** A registered SOP class; undefined for private ones and for other UIDs. */
export function sopClass(uid: string): SopClass | undefined {
  const entry = registered().get(uid);
  return entry && sopKinds.has(entry.kind) ? (entry as SopClass) : undefined;
}

/** Every storage SOP class, retired and draft ones included; a DICOMDIR is a file of a medium, and nothing that is stored. */
export const storageSopClasses: readonly string[] = Object.values(SopClasses).filter(
  (uid) => registered().get(uid)?.kind === "storage" && uid !== SopClasses.MediaStorageDirectoryStorage,
);

/** Those of objects that are of no patient and no study (PS3.4 Table GG.3-1). */
export const nonPatientSopClasses: ReadonlySet<string> = new Set([
  SopClasses.HangingProtocolStorage,
  SopClasses.ColorPaletteStorage,
  SopClasses.GenericImplantTemplateStorage,
  SopClasses.ImplantAssemblyTemplateStorage,
  SopClasses.ImplantTemplateGroupStorage,
  SopClasses.CTDefinedProcedureProtocolStorage,
  SopClasses.XADefinedProcedureProtocolStorage,
  SopClasses.ProtocolApprovalStorage,
  SopClasses.InventoryStorage,
]);

const syntaxes = new Map<string, TransferSyntax>();

const lossySyntax =
  /^(JPEGBaseline8Bit|JPEGExtended|JPEGSpectral|JPEGFullProgression|JPEGLSNearLossless|JPEG2000(MC)?$|HTJ2K$|JPEGXL(JPEGRecompression)?$|MPEG|HEVC|JPIP)/;
const notEncapsulated = new Set<string>([
  TransferSyntaxes.ImplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRBigEndian,
  TransferSyntaxes.DeflatedExplicitVRLittleEndian,
  TransferSyntaxes.JPIPReferenced,
  TransferSyntaxes.JPIPReferencedDeflate,
  TransferSyntaxes.JPIPHTJ2KReferenced,
  TransferSyntaxes.JPIPHTJ2KReferencedDeflate,
]);
/** GE's private syntax: implicit VR little endian with big endian pixels. */
const privateGe = "1.2.840.113619.5.2";

/** What a transfer syntax means for the bytes (PS3.5 A); undefined for one that is not registered. */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  const known = syntaxes.get(uid);
  if (known) return known;
  const entry = registered().get(uid);
  if (entry?.kind !== "transfer-syntax") return undefined;
  const plain = notEncapsulated.has(uid) || uid === privateGe;
  const made: TransferSyntax = {
    uid,
    keyword: entry.keyword,
    name: entry.name,
    retired: entry.retired,
    littleEndian: uid !== TransferSyntaxes.ExplicitVRBigEndian,
    explicitVR: uid !== TransferSyntaxes.ImplicitVRLittleEndian && uid !== privateGe,
    encapsulated: !plain && !entry.keyword.startsWith("SMPTE"),
    deflated:
      uid === TransferSyntaxes.DeflatedExplicitVRLittleEndian ||
      uid === TransferSyntaxes.JPIPReferencedDeflate ||
      uid === TransferSyntaxes.JPIPHTJ2KReferencedDeflate,
    lossy: lossySyntax.test(entry.keyword),
    video: /^(MPEG|HEVC)/.test(entry.keyword),
  };
  syntaxes.set(uid, made);
  return made;
}

/** Whether the text is a UID as PS3.5 9.1 has it: at most 64 characters, numbers without leading zeros, dots between. */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+$/.test(text);
}

/** Whether the text may name what others have made: components with leading zeros are against PS3.5 9.1, and common. */
export function isTolerableUid(text: string): boolean {
  return text.length <= 64 && /^[0-9]+(\.[0-9]+)+$/.test(text);
}

/** A new UID "2.25." and a random UUID as a decimal number (PS3.5 B.2). */
export function newUid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return `2.25.${value}`;
}

/** Names this implementation in file meta information and in associations (PS3.7 D.3.3.2). */
export const implementationClassUid = "2.25.12549166811246852197180004260441553258";
export const implementationVersionName = "ISOCENTER_0_1";
