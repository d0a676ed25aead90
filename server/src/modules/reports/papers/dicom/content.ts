import type { DataSetValues } from "@isocenter/dicom";
import { type Code, code, codeItem, personNameOf } from "./modules.ts";

/** Content items of structured reports (PS3.3 C.17.3). */
export type Item = DataSetValues;

type Relation =
  | "CONTAINS"
  | "HAS CONCEPT MOD"
  | "HAS OBS CONTEXT"
  | "HAS PROPERTIES"
  | "INFERRED FROM"
  | "SELECTED FROM";

const withChildren = (children: readonly Item[]): Item =>
  children.length === 0 ? {} : { ContentSequence: children };

const named = (relation: Relation, type: string, name: Code): Item => ({
  RelationshipType: relation,
  ValueType: type,
  ConceptNameCodeSequence: [codeItem(name)],
});

export const container = (name: Code, children: readonly Item[]): Item => ({
  ...named("CONTAINS", "CONTAINER", name),
  ContinuityOfContent: "SEPARATE",
  ...withChildren(children),
});

/** The root of a document by a template of PS3.16. */
export const rootContainer = (name: Code, template: string, children: readonly Item[]): Item => ({
  ValueType: "CONTAINER",
  ConceptNameCodeSequence: [codeItem(name)],
  ContinuityOfContent: "SEPARATE",
  ContentTemplateSequence: [{ MappingResource: "DCMR", TemplateIdentifier: template }],
  ...withChildren(children),
});

/** Lines end with CR and LF in DICOM (PS3.5 6.1.3). */
export const textItem = (relation: Relation, name: Code, text: string): Item => ({
  ...named(relation, "TEXT", name),
  TextValue: text.replace(/\r\n|\r|\n/g, "\r\n"),
});

export const codedItem = (
  relation: Relation,
  name: Code,
  value: Code,
  children: readonly Item[] = [],
): Item => ({
  ...named(relation, "CODE", name),
  ConceptCodeSequence: [codeItem(value)],
  ...withChildren(children),
});

export const uidItem = (relation: Relation, name: Code, uid: string): Item => ({
  ...named(relation, "UIDREF", name),
  UID: uid,
});

/** Language of the document (PS3.16 TID 1204). */
export function languageItem(language: string): Item {
  const said = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
  return codedItem(
    "HAS CONCEPT MOD",
    code("121049", "DCM", "Language of Content Item and Descendants"),
    code(language, "RFC5646", said.of(language) ?? language),
  );
}

/** Who says it (PS3.16 TID 1002, 1003). */
export const observerItems = (name: string, organization: string): Item[] => [
  codedItem("HAS OBS CONTEXT", code("121005", "DCM", "Observer Type"), code("121006", "DCM", "Person")),
  {
    ...named("HAS OBS CONTEXT", "PNAME", code("121008", "DCM", "Person Observer Name")),
    PersonName: personNameOf(name),
  },
  textItem("HAS OBS CONTEXT", code("121009", "DCM", "Person Observer's Organization Name"), organization),
];

export const procedureItem = (procedure: Code): Item =>
  codedItem("HAS CONCEPT MOD", code("121058", "DCM", "Procedure reported"), procedure);
