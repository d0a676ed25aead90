import { Tags } from "../dictionary.ts";
import { DicomError } from "../errors.ts";
import type { DataSet, ParsedObject } from "../model.ts";
import { createStreamParser } from "../parser/parse.ts";
import { storable } from "../storable.ts";
import { implementationVersionName } from "../uids.ts";
import { items, text } from "../values.ts";
import { dataSetOf } from "../write/build.ts";
import { fileMeta } from "../write/file.ts";
import { type LayoutPart, layoutDataSet } from "../write/layout.ts";
import { type Blackout, blackoutOf, type Region } from "./blackout.ts";
import { burnedIn, type DeidentificationWarning, warningsOf } from "./burned-in.ts";
import { cleanSet } from "./clean.ts";
import { inFormOf } from "./content.ts";
import type { CleaningContext } from "./context.ts";
import { identityOf } from "./identity.ts";
import { type DeidentificationOption, letterOf, methodCodes } from "./options.ts";
import { createPseudonyms, type Pseudonym, type Pseudonyms } from "./pseudonyms.ts";
import { copied } from "./source.ts";

export interface DeidentifierOptions {
  /** Beside the Basic Profile; see `readDeidentification`. */
  readonly options: readonly DeidentificationOption[];
  /** Of the set: objects treated with the same secret fit together, and nobody without it finds the way back. At least 16 bytes. */
  readonly secret: Uint8Array;
  /** Names of one's own for patients; where it gives none, or is left out, a pseudonym is made from the secret. */
  readonly patient?: (original: { id: string; issuer: string; name: string }) => Pseudonym | undefined;
  /** Rectangles to be blackened in native pixels, for Clean Pixel Data. */
  readonly regions?: readonly Region[];
}

/** One object without identity. */
export interface DeidentifiedObject {
  /** The new data set; long values are `deferred` and refer to the source. */
  readonly dataSet: DataSet;
  readonly transferSyntaxUID: string;
  readonly warnings: readonly DeidentificationWarning[];
  /** The Part 10 file; read it once. */
  bytes(): AsyncGenerator<Uint8Array>;
}

export interface Deidentifier {
  readonly pseudonyms: Pseudonyms;
  /**
   * Reads the object once, or twice where it is over some megabytes: then `open` is called again. Memory holds the header, never the pixels.
   * Throws `DicomError` for what cannot be read, and ("invalid-value") where pixels cannot be cleaned as asked.
   */
  object(
    open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
  ): Promise<DeidentifiedObject>;
}

/** Up to this size an object is kept from the first reading to the second. */
const keptBytes = 8 * 1024 * 1024;

/** De-identification by the Basic Application Level Confidentiality Profile and its options (PS3.15 E) for a set of objects. */
export function createDeidentifier(given: DeidentifierOptions): Deidentifier {
  const options: ReadonlySet<DeidentificationOption> = new Set(given.options);
  const letters = new Set([...options].map((option) => letterOf[option]).filter((letter) => letter !== ""));
  const pseudonyms = createPseudonyms(given.secret);

  function contextOf(set: DataSet): CleaningContext {
    const id = text(set, Tags.PatientID) ?? "";
    const name = text(set, Tags.PatientName) ?? "";
    const patient = id === "" ? `${name}\0${text(set, Tags.PatientBirthDate) ?? ""}` : id;
    const chosen = given.patient?.({ id, name, issuer: text(set, Tags.IssuerOfPatientID) ?? "" });
    return {
      options,
      letters,
      sopClassUid: text(set, Tags.SOPClassUID) ?? "",
      patient: chosen ?? pseudonyms.patient(patient),
      days: pseudonyms.days(patient),
      identity: identityOf(set, letters),
      mimeType: text(set, Tags.MIMETypeOfEncapsulatedDocument) ?? "",
      uid: pseudonyms.uid,
      system: pseudonyms.system,
    };
  }

  /** What is written into every object about what was done to it (PS3.15 E.1.1, 6; E.2; E.3). */
  function marked(set: DataSet, pixelsCleaned: boolean): DataSet {
    const names = [
      "basic" as const,
      ...[...options].filter((option) => option !== "clean-pixel-data" || pixelsCleaned),
    ];
    const codes = names.map((name) => methodCodes[name]);
    const earlier = items(set, Tags.DeidentificationMethodCodeSequence).filter(
      (item) => !codes.some(([code]) => code === text(item, Tags.CodeValue)),
    );
    const made = dataSetOf({
      PatientIdentityRemoved: "YES",
      DeidentificationMethod: `${implementationVersionName} PS3.15 E.2`,
      DeidentificationMethodCodeSequence: codes.map(([CodeValue, CodeMeaning]) => ({
        CodeValue,
        CodingSchemeDesignator: "DCM",
        CodeMeaning,
      })),
      BurnedInAnnotation: pixelsCleaned ? "NO" : undefined,
      LongitudinalTemporalInformationModified: options.has("retain-full-dates")
        ? "UNMODIFIED"
        : options.has("retain-modified-dates")
          ? "MODIFIED"
          : "REMOVED",
    });
    const inForm = inFormOf(set, made);
    inForm.elements.get(Tags.DeidentificationMethodCodeSequence)!.items!.unshift(...earlier);
    const elements = new Map([...set.elements, ...inForm.elements]);
    return { ...set, elements: new Map([...elements].sort((a, b) => a[0] - b[0])) };
  }

  /** The rectangles to blacken; null where there is nothing to do. Refuses pixels that may bear names and cannot be cleaned. */
  function pixelsOf(parsed: ParsedObject): Blackout | null {
    const regions = given.regions ?? [];
    if (!options.has("clean-pixel-data") || parsed.pixelData === null) return null;
    if (regions.length > 0) return blackoutOf(parsed, regions);
    if (burnedIn(parsed.dataSet) === "no") return null;
    throw new DicomError(
      "invalid-value",
      "the pixels may bear names, and no regions were given to be blackened: they cannot be cleaned",
    );
  }

  return {
    pseudonyms,
    async object(open) {
      const parser = createStreamParser();
      const kept: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of await open()) {
        parser.push(chunk);
        size += chunk.length;
        // Whoever gives chunks may use them again
        if (size <= keptBytes) kept.push(chunk.slice());
        else kept.length = 0;
      }
      const parsed = parser.end();
      // It repeats names and dates of every instance, and would point to none once it is cleaned.
      const unfit = storable(parsed);
      if (unfit?.code === "dicomdir") throw new DicomError("invalid-value", unfit.text);
      const blackout = pixelsOf(parsed);
      const cleaned = cleanSet(parsed.dataSet, contextOf(parsed.dataSet), 0);
      const pixelsCleaned = options.has("clean-pixel-data") && parsed.pixelData !== null;
      const dataSet = marked(cleaned, pixelsCleaned);
      const warnings = warningsOf(parsed.dataSet, parsed.pixelData !== null && !pixelsCleaned);
      const meta = fileMeta({
        sopClassUID: text(dataSet, Tags.SOPClassUID) ?? "",
        sopInstanceUID: text(dataSet, Tags.SOPInstanceUID) ?? "",
        transferSyntaxUID: parsed.transferSyntaxUID,
      });
      const parts = layoutDataSet(dataSet);
      checkOrder(parts);
      const source = async () => (kept.length > 0 ? oneByOne(kept) : open());
      return {
        dataSet,
        transferSyntaxUID: parsed.transferSyntaxUID,
        warnings,
        async *bytes() {
          yield meta;
          yield* copied({ parts, parsed, source, blackout });
        },
      };
    },
  };
}

/** The source is read once from its beginning to its end; long values that stand out of order would need it again and again. */
function checkOrder(parts: readonly LayoutPart[]): void {
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) continue;
    if (part.offset < at)
      throw new DicomError("bad-structure", "long values stand out of order", part.offset);
    at = part.offset + part.length;
  }
}

async function* oneByOne(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
