import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

export const templateFieldTypes = ["TEXT", "NUMBER", "CHOICE"] as const;
export type TemplateFieldType = (typeof templateFieldTypes)[number];

/** A field of a template. `unit`, `minimum` and `maximum` are a number's, `choices` those of a choice. */
export const TemplateField = Type.Object({
  key: Type.String(),
  label: Type.String(),
  type: Type.Enum([...templateFieldTypes]),
  unit: Nullable(Type.String({ description: "UCUM, such as mm" })),
  minimum: Nullable(Type.Number()),
  maximum: Nullable(Type.Number()),
  choices: Type.Array(Type.String()),
  required: Type.Boolean({ description: "Has to be filled in before the report is submitted or signed" }),
});
export type TemplateField = Static<typeof TemplateField>;

const GivenField = Type.Object(
  {
    key: Type.String({ pattern: "^[a-z][A-Za-z0-9_]{0,63}$" }),
    label: Type.String({ minLength: 1, maxLength: 128, pattern: "\\S" }),
    type: Type.String({ description: "TEXT, NUMBER or CHOICE, in any case", maxLength: 16 }),
    unit: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 32 }))),
    minimum: Type.Optional(Nullable(Type.Number())),
    maximum: Type.Optional(Nullable(Type.Number())),
    choices: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256, pattern: "\\S" }), { maxItems: 100 }),
    ),
    required: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type GivenField = Static<typeof GivenField>;

const defaultText = Type.Optional(Type.String({ maxLength: 20_000 }));
const defaults = {
  findings: defaultText,
  impression: defaultText,
  recommendations: defaultText,
  technique: defaultText,
  comparison: defaultText,
};

/** Names are short and without spaces, so that a person can type them in the middle of a text. */
const macroName = "^[\\p{L}\\p{N}][\\p{L}\\p{N}_.-]{0,63}$";
const Macros = Type.Record(Type.String({ pattern: macroName }), Type.String({ maxLength: 10_000 }), {
  description: "Auto-text: what each name stands for",
  additionalProperties: false,
  maxProperties: 200,
});

export const ReportTemplate = Type.Object({
  id: Id,
  facilityId: Id,
  name: Type.String(),
  modality: Nullable(Type.String({ description: "Null: for any" })),
  bodyPart: Nullable(Type.String()),
  procedureCode: Nullable(Type.String()),
  sections: Type.Object(
    {
      findings: Type.String(),
      impression: Type.String(),
      recommendations: Type.String(),
      technique: Type.String(),
      comparison: Type.String(),
    },
    { description: "The text that a report begins with" },
  ),
  fields: Type.Array(TemplateField),
  macros: Type.Record(Type.String(), Type.String()),
  active: Type.Boolean(),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type ReportTemplate = Static<typeof ReportTemplate>;

const word = (maxLength: number) =>
  Type.Optional(Nullable(Type.String({ minLength: 1, maxLength, pattern: "\\S" })));
const templateMembers = {
  modality: word(16),
  bodyPart: word(64),
  procedureCode: word(64),
  sections: Type.Optional(Type.Object(defaults, closed)),
  fields: Type.Optional(Type.Array(GivenField, { maxItems: 100 })),
  macros: Type.Optional(Macros),
};
const templateName = Type.String({ minLength: 1, maxLength: 128, pattern: "\\S" });

export const CreateReportTemplate = Type.Object(
  { name: templateName, ...templateMembers, facilityId: Type.Optional(Id) },
  closed,
);
export type CreateReportTemplate = Static<typeof CreateReportTemplate>;

/** `sections`, `fields` and `macros` replace what was there. `expectedVersion` here or in `If-Match`. */
export const ChangeReportTemplate = Type.Object(
  {
    name: Type.Optional(templateName),
    ...templateMembers,
    active: Type.Optional(Type.Boolean()),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeReportTemplate = Static<typeof ChangeReportTemplate>;

/** `modality`, `bodyPart` and `procedureCode` find the templates that are for it, and those for any. */
export const ReportTemplateListQuery = Type.Object(
  {
    ...listQuery,
    modality: Type.Optional(Type.String({ maxLength: 16 })),
    bodyPart: Type.Optional(Type.String({ maxLength: 64 })),
    procedureCode: Type.Optional(Type.String({ maxLength: 64 })),
    active: Type.Optional(Type.Boolean({ description: "Those in use when left out" })),
  },
  closed,
);
export type ReportTemplateListQuery = Static<typeof ReportTemplateListQuery>;

/** A person's own auto-text. */
export const ReportMacro = Type.Object({
  id: Id,
  name: Type.String(),
  text: Type.String(),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.Enum(["change", "delete"])),
});
export type ReportMacro = Static<typeof ReportMacro>;

const macro = {
  name: Type.String({ pattern: macroName }),
  text: Type.String({ minLength: 1, maxLength: 10_000 }),
};
export const CreateReportMacro = Type.Object(macro, closed);
export type CreateReportMacro = Static<typeof CreateReportMacro>;
export const ChangeReportMacro = Type.Object(
  {
    name: Type.Optional(macro.name),
    text: Type.Optional(macro.text),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeReportMacro = Static<typeof ChangeReportMacro>;
export const ReportMacroListQuery = Type.Object({ ...listQuery }, closed);
export type ReportMacroListQuery = Static<typeof ReportMacroListQuery>;
