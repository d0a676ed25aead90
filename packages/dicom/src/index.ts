/** The DICOM standard as pure functions: no I/O, the same in a browser. */

export { type DecodedText, decodeText, decodeTextChecked } from "./charset/decode.ts";
export { encodeText } from "./charset/encode.ts";
export { type DictionaryEntry, dictionaryEntry, type Keyword, Tags, tagByKeyword } from "./dictionary.ts";
export { DicomError, type DicomErrorCode } from "./errors.ts";
export { defaultLimits, type Limits } from "./limits.ts";
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
  readBareObject,
  readDataSet,
  readPart10,
  type StreamParser,
} from "./parser/parse.ts";
export {
  formatPersonName,
  type NameComponents,
  nameComponents,
  type PersonName,
  parsePersonName,
} from "./person-name.ts";
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
  isUid,
  newUid,
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
export { bigints, bytes, items, number, numbers, personName, text, texts } from "./values.ts";
