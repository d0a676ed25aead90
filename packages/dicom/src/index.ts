/** The DICOM standard as pure functions: no I/O, the same in a browser. */

export { type DecodedText, decodeText, decodeTextChecked } from "./charset/decode.ts";
export { encodeText } from "./charset/encode.ts";
export { isCharacterSet } from "./charset/tables.ts";
export { type Rgb, rgbOfLab, segmentColour } from "./cielab.ts";
export { changesColours } from "./colour-profile.ts";
export {
  createDeidentifier,
  type DeidentificationOption,
  type DeidentificationWarning,
  type DeidentifiedObject,
  type Deidentifier,
  type DeidentifierOptions,
  deidentificationOptions,
  methodCodes,
  type Pseudonym,
  type Pseudonyms,
  type Region,
  readDeidentification,
  type WarningCode,
} from "./deidentify/index.ts";
export { type DictionaryEntry, dictionaryEntry, type Keyword, Tags, tagByKeyword } from "./dictionary.ts";
export { DicomError, type DicomErrorCode } from "./errors.ts";
export { decodeFrameIndex, encodeFrameIndex } from "./frame-index.ts";
export { type FromJsonOptions, fromDicomJson } from "./json/from-json.ts";
export {
  type DicomJson,
  type JsonElement,
  type JsonPersonName,
  type JsonValue,
  littleEndianValue,
  type ToJsonOptions,
  toDicomJson,
} from "./json/to-json.ts";
export { toDicomJsonText } from "./json/to-text.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export {
  formatDate,
  formatTime,
  parseDate,
  parseDateRange,
  parseDateTime,
  parseDateTimeRange,
  parseTime,
  parseTimeRange,
  type Range,
} from "./match/date-time.ts";
export { foldLetters, foldName } from "./match/fold.ts";
export { matchesPersonName } from "./match/person-name.ts";
export { phoneticKeys } from "./match/phonetic.ts";
export { hasWildcard, matchesWildcard, wildcardToLike } from "./match/wildcard.ts";
export {
  createDirectory,
  type DirectoryEntry,
  type DirectoryNode,
  type DirectoryWriter,
} from "./media/directory.ts";
export { type RecordType, recordTypeOf } from "./media/record-type.ts";
export {
  type DataSet,
  Element,
  type FrameIndex,
  type ParsedObject,
  type Piece,
  type PixelData,
} from "./model.ts";
export {
  createStreamParser,
  readDataSet,
  readPart10,
  type StreamParser,
} from "./parser/parse.ts";
export {
  formatPersonName,
  type PersonName,
  parsePersonName,
} from "./person-name.ts";
export { storable, type Unstorable, type UnstorableCode } from "./storable.ts";
export {
  elementOf,
  formatTag,
  groupOf,
  isGroupLength,
  isPrivate,
  isPrivateCreator,
  parseTag,
  privateCreatorTag,
  type Tag,
  tagOf,
} from "./tags.ts";
export {
  implementationClassUid,
  implementationVersionName,
  isTolerableUid,
  isUid,
  newUid,
  nonPatientSopClasses,
  registeredUid,
  type SopClass,
  SopClasses,
  type SopClassKind,
  SopInstances,
  sopClass,
  storageSopClasses,
  type TransferSyntax,
  TransferSyntaxes,
  transferSyntax,
  type UidEntry,
} from "./uids.ts";
export { bigints, bytes, items, number, numbers, personName, readingVr, text, texts } from "./values.ts";
export {
  type BuildOptions,
  type DataSetValues,
  dataSetOf,
  type ElementValue,
  withElements,
} from "./write/build.ts";
export { encapsulate, encapsulationItem } from "./write/encapsulate.ts";
export { type FileMeta, fileMeta, writePart10 } from "./write/file.ts";
export { type LayoutPart, layoutDataSet } from "./write/layout.ts";
export { type Patched, patched, type Segment } from "./write/patch.ts";
export { recoded } from "./write/recode.ts";
export { type Hole, outlineDataSet, writeDataSet } from "./write/write.ts";
