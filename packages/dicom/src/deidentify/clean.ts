import { dictionaryVrCode, Tags } from "../dictionary.ts";
import { latin1Trimmed } from "../latin1.ts";
import type { DataSet, Element } from "../model.ts";
import { groupOf, isGroupLength, isPrivate, isPrivateCreator, privateCreatorTag, type Tag } from "../tags.ts";
import { items, readingVr, text, textValues } from "../values.ts";
import { vrFacts } from "../vr.ts";
import { ruleBeyond } from "./beyond.ts";
import { cleanText } from "./clean-text.ts";
import { cleanContent } from "./content.ts";
import { type CleaningContext, madeElement, withItems, withText } from "./context.ts";
import { movedDate, movedDateTime } from "./dates.ts";
import { dummyValue } from "./dummy.ts";
import { type Action, actionOf, ruleOf, safePrivateVr, typeOf } from "./table.ts";

/** UIDs that name a class of things: they are kept, private ones too. */
const classUids: ReadonlySet<Tag> = new Set([
  Tags.SOPClassUID,
  Tags.ReferencedSOPClassUID,
  Tags.SOPClassesInStudy,
  Tags.SOPClassesSupported,
  Tags.RelatedGeneralSOPClassUID,
  Tags.OriginalSpecializedSOPClassUID,
  Tags.ReferencedSOPClassUIDInFile,
  Tags.ReferencedRelatedGeneralSOPClassUIDInFile,
  Tags.ReferencedTransferSyntaxUIDInFile,
  Tags.AvailableTransferSyntaxUID,
  Tags.EncryptedContentTransferSyntaxUID,
  Tags.MACCalculationTransferSyntaxUID,
]);

const contentSequences: ReadonlySet<Tag> = new Set([
  Tags.ContentSequence,
  Tags.AcquisitionContextSequence,
  Tags.SpecimenPreparationSequence,
]);

/** Type 1 in presentation states (PS3.3 C.11.10), although the table removes them. */
const stateDates: ReadonlySet<Tag> = new Set([Tags.PresentationCreationDate, Tags.PresentationCreationTime]);
const presentationStates = "1.2.840.10008.5.1.4.1.1.11.";

const isCurveOrOverlay = (tag: Tag) => {
  const family = tag >>> 24;
  return family === 0x50 || family === 0x60;
};

/** A data set, or an item, without what identifies: a new one, whose untouched elements are those of the old. */
export function cleanSet(set: DataSet, context: CleaningContext, depth: number): DataSet {
  const elements = new Map<Tag, Element>();
  const creators = new Set<Tag>();
  for (const element of set.elements.values()) {
    const next = cleanElement(set, element, context, depth);
    if (next === null) continue;
    elements.set(next.tag, next);
    if (isPrivate(next.tag)) creators.add(privateCreatorTag(next.tag));
  }
  if (creators.size === 0) return { ...set, elements };
  // A creator stays where something of its block does
  for (const tag of creators) elements.set(tag, set.elements.get(tag)!);
  return { ...set, elements: new Map([...elements].sort((a, b) => a[0] - b[0])) };
}

function cleanElement(
  set: DataSet,
  element: Element,
  context: CleaningContext,
  depth: number,
): Element | null {
  const { tag } = element;
  if (isGroupLength(tag)) return null;
  if (isPrivate(tag)) return privateElement(set, element, context, depth);
  // Groups of commands, file meta information and directories do not belong into a data set
  if (groupOf(tag) < 0x0008) return null;
  // Curves and overlays may show anything and are not looked through: the whole group goes, because its rest means nothing alone
  if (isCurveOrOverlay(tag)) return null;
  const rule = ruleOf(tag) ?? ruleBeyond(tag);
  if (rule === undefined) return unlisted(set, element, context, depth);
  const type = depth === 0 ? typeOf(tag, context.sopClassUid) : undefined;
  const action = actionOf(rule, context.letters, type);
  const needed = action === "X" && stateDates.has(tag) && context.sopClassUid.startsWith(presentationStates);
  return act(needed ? "D" : action, set, element, context, depth);
}

/** Of private attributes only what Table E.3.10-1 holds for safe, and that only where it was asked for. */
function privateElement(
  set: DataSet,
  element: Element,
  context: CleaningContext,
  depth: number,
): Element | null {
  if (!context.options.has("retain-safe-private") || isPrivateCreator(element.tag)) return null;
  const creator = set.elements.get(privateCreatorTag(element.tag));
  const vr = creator && safePrivateVr(latin1Trimmed(creator.value), element.tag);
  if (vr === undefined || (element.vr !== vr && element.vr !== "UN")) return null;
  if (element.vr === "UN" && (vr === "SQ" || vr === "UI") && element.items === null) return null;
  return unlisted(set, element, context, depth);
}

/** An attribute that the table does not have: what its VR says. What no dictionary knows is removed. */
function unlisted(set: DataSet, element: Element, context: CleaningContext, depth: number): Element | null {
  if (!isPrivate(element.tag) && dictionaryVrCode(element.tag) === undefined) return null;
  const vr = readingVr(element);
  switch (vr) {
    case "PN":
      return act("D", set, element, context, depth);
    case "DA":
    case "DT":
    case "TM":
      return act(temporalAction(context), set, element, context, depth);
    case "UI":
      if (context.options.has("retain-uids") || classUids.has(element.tag)) return element;
      return act("U", set, element, context, depth);
    default:
      return act("K", set, element, context, depth);
  }
}

const temporalAction = ({ options }: CleaningContext): Action =>
  options.has("retain-full-dates") ? "K" : options.has("retain-modified-dates") ? "C" : "D";

function act(
  action: Action,
  set: DataSet,
  element: Element,
  context: CleaningContext,
  depth: number,
): Element | null {
  if (action === "X") return null;
  const { tag } = element;
  if (tag === Tags.PatientID) return patientElement(set, element, context.patient.id);
  if (tag === Tags.PatientName) return patientElement(set, element, context.patient.name);
  if (readingVr(element) === "SQ") return sequence(action, set, element, context, depth);
  if (action === "Z") return madeElement(tag, element.vr, new Uint8Array(0));
  if (action === "U" || (action === "D" && readingVr(element) === "UI"))
    return replacedUids(set, element, context);
  if (action === "D") return dummy(element, context);
  if (action === "C") return cleaned(set, element, context);
  return kept(set, element, context);
}

/** Short and ASCII, so that every character set has it. */
const patientElement = (set: DataSet, element: Element, value: string) =>
  withText(set, element, value) ?? madeElement(element.tag, element.vr, new Uint8Array(0));

function sequence(
  action: Action,
  set: DataSet,
  element: Element,
  context: CleaningContext,
  depth: number,
): Element | null {
  const { tag } = element;
  const inner = (item: DataSet) => cleanSet(item, context, depth + 1);
  if (action === "Z") return withItems(element, []);
  if (tag === Tags.GraphicAnnotationSequence) return action === "C" ? graphics(set, element, inner) : null;
  if (contentSequences.has(tag)) return cleanContent(set, element, context, inner);
  const given = items(set, tag);
  // A sequence that cannot be read may hold anything
  if (given.length === 0 && element.length !== 0 && element.items === null) return null;
  return withItems(element, given.map(inner));
}

/** Clean Graphics: what is drawn stays, what is written goes. */
function graphics(set: DataSet, element: Element, inner: (item: DataSet) => DataSet): Element | null {
  const drawn = items(set, element.tag)
    .filter((item) => items(item, Tags.GraphicObjectSequence).length > 0)
    .map((item) => {
      const next = inner(item);
      next.elements.delete(Tags.TextObjectSequence);
      return next;
    });
  return drawn.length === 0 ? null : withItems(element, drawn);
}

function dummy(element: Element, context: CleaningContext): Element {
  const isEmpty = element.size === 0 && !element.deferred;
  const bytes = isEmpty ? new Uint8Array(0) : dummyValue(element.tag, readingVr(element), context.mimeType);
  return madeElement(element.tag, element.vr, bytes);
}

function replacedUids(set: DataSet, element: Element, context: CleaningContext): Element {
  const values = textValues(set, element, "UI").map((uid) => context.uid(uid));
  return withText(set, element, values.join("\\")) ?? dummy(element, context);
}

/** C: dates are moved, descriptions cleaned, application entities get another name; overlays and curves cannot be looked through. */
function cleaned(set: DataSet, element: Element, context: CleaningContext): Element | null {
  const vr = readingVr(element);
  if (element.deferred || vrFacts(vr).kind !== "text") return null;
  const values = textValues(set, element, vr);
  if (values.length === 0) return madeElement(element.tag, element.vr, new Uint8Array(0));
  const changed = values.map((value) => cleanedValue(value, vr, context));
  // Of several dates none is left out: their places have a meaning
  if (changed.some((value) => value === null)) return dummy(element, context);
  const text = changed.filter((value) => value !== "" || values.length > 1).join("\\");
  return text.replaceAll("\\", "") === "" && values.some((value) => value !== "")
    ? null
    : withText(set, element, text);
}

function cleanedValue(value: string, vr: string, context: CleaningContext): string | null {
  if (vr === "TM" || value === "") return value;
  if (vr === "DA") return movedDate(value, context.days);
  if (vr === "DT") return movedDateTime(value, context.days);
  if (vr === "AE") return context.system(value);
  if (/^[+-]\d{4}$/.test(value)) return value;
  return cleanText(value, context.identity);
}

/** What stays: byte for byte, unless a text has something in it that names somebody. */
function kept(set: DataSet, element: Element, context: CleaningContext): Element | null {
  const vr = readingVr(element);
  const facts = vrFacts(vr);
  const isProse = facts.encoded || vr === "UR" || vr === "AE";
  if (!isProse || isStandardCode(set, element.tag)) return element;
  // So long a text was not looked through
  if (element.deferred) return dummy(element, context);
  const values = textValues(set, element, vr);
  const changed = values.map((value) =>
    context.identity.scrub(value, context.options.has("retain-uids") ? (uid) => uid : context.uid),
  );
  if (changed.every((value, i) => value === values[i])) return element;
  const joined = changed.join("\\");
  return joined.replaceAll("\\", "") === ""
    ? dummy(element, context)
    : (withText(set, element, joined) ?? dummy(element, context));
}

/** A code of a published scheme says the same everywhere (PS3.15 E.1.1, note 10). */
function isStandardCode(set: DataSet, tag: Tag): boolean {
  if (tag !== Tags.CodeMeaning && tag !== Tags.CodeValue && tag !== Tags.CodingSchemeDesignator) return false;
  const scheme = text(set, Tags.CodingSchemeDesignator);
  return scheme !== undefined && !scheme.startsWith("99") && scheme !== "L";
}
