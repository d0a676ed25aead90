import { Tags } from "../dictionary.ts";
import type { DataSet, Element } from "../model.ts";
import { items, text } from "../values.ts";
import { dataSetOf } from "../write/build.ts";
import { cleanText } from "./clean-text.ts";
import { type CleaningContext, madeElement, withItems, withText } from "./context.ts";
import { dummyValue } from "./dummy.ts";
import { type Action, actionOf, contentRuleOf } from "./table.ts";

type CleanSet = (set: DataSet) => DataSet;

/** Content items that say nothing of their own: what holds others, and references, whose UIDs are replaced. */
const bare = new Set(["CONTAINER", "IMAGE", "COMPOSITE", "WAVEFORM"]);

/**
 * The items of Content Sequence, Acquisition Context Sequence or Specimen Preparation Sequence. With Clean Structured Content each is treated as Table
 * E.3.4-1 says of its concept; without it a report keeps its outline and its references alone, as dummy content.
 */
export function cleanContent(
  set: DataSet,
  element: Element,
  context: CleaningContext,
  cleanSet: CleanSet,
): Element {
  const given = items(set, element.tag);
  const structured = context.options.has("clean-structured-content");
  const kept = given.flatMap((item) => {
    const cleaned = structured ? structuredItem(item, context, cleanSet) : outlineItem(item, cleanSet);
    return cleaned === null ? [] : [cleaned];
  });
  // A report has some content (PS3.3 C.17.3): an item that says that it was taken away
  const needed = element.tag === Tags.ContentSequence && kept.length === 0 && given.length > 0;
  return withItems(element, needed ? [removedItem(set)] : kept);
}

function outlineItem(item: DataSet, cleanSet: CleanSet): DataSet | null {
  return bare.has(text(item, Tags.ValueType) ?? "") ? cleanSet(item) : null;
}

function structuredItem(item: DataSet, context: CleaningContext, cleanSet: CleanSet): DataSet | null {
  const valueType = text(item, Tags.ValueType) ?? "";
  const [concept] = items(item, Tags.ConceptNameCodeSequence);
  const code = concept ? (text(concept, Tags.CodeValue) ?? text(concept, Tags.LongCodeValue) ?? "") : "";
  const scheme = concept ? (text(concept, Tags.CodingSchemeDesignator) ?? "") : "";
  const rule = contentRuleOf(code, scheme, valueType);
  const action = rule ? actionOf(rule, context.letters, undefined) : undefined;
  if (action === "X") return null;
  const cleaned = cleanSet(item);
  const value = item.elements.get(Tags.TextValue);
  if (valueType === "TEXT" && value) {
    const next = textValue(item, value, action, context);
    cleaned.elements.set(Tags.TextValue, next);
  }
  return cleaned;
}

/** Text of a concept that the table does not have may say anything: it is kept only in so far as descriptors are cleaned. */
function textValue(
  item: DataSet,
  element: Element,
  action: Action | undefined,
  context: CleaningContext,
): Element {
  const dummy = madeElement(element.tag, element.vr, dummyValue(element.tag, "UT", ""));
  if (element.deferred) return dummy;
  if (action === "K") return element;
  if (action === "C" || (action === undefined && context.options.has("clean-descriptors"))) {
    const words = cleanText(text(item, element.tag) ?? "", context.identity);
    return words === "" ? dummy : (withText(item, element, words) ?? dummy);
  }
  return dummy;
}

function removedItem(around: DataSet): DataSet {
  const made = dataSetOf({
    RelationshipType: "CONTAINS",
    ValueType: "TEXT",
    ConceptNameCodeSequence: [{ CodeValue: "121106", CodingSchemeDesignator: "DCM", CodeMeaning: "Comment" }],
    TextValue: "REMOVED",
  });
  return inFormOf(around, made);
}

/** A data set of text made for another one: in its byte order and kind of VR. */
export function inFormOf(around: DataSet, made: DataSet): DataSet {
  const { littleEndian, explicitVR } = around;
  const elements = new Map(
    [...made.elements].map(([tag, element]) => [
      tag,
      element.items
        ? withItems(
            element,
            element.items.map((item) => inFormOf(around, item)),
          )
        : element,
    ]),
  );
  return { ...made, elements, littleEndian, explicitVR, characterSets: around.characterSets };
}
