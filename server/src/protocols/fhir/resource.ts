import type { FacilityDetails, Permission } from "@isocenter/contract";
import type { Archive } from "../../modules/archive/index.ts";
import type { Findings } from "../../modules/findings/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import type { OrderPlacing } from "../../modules/orders/index.ts";
import type { CriticalFindings, Desk } from "../../modules/reports/index.ts";
import type { ListPage, ListRange, LocalSpan, Platform, Span, Viewer } from "../../platform/index.ts";
import type { FhirResource, Reference } from "./r4.ts";
import type { Token } from "./token.ts";

/** What the resources are made of. */
export interface FhirDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "getStudy">;
  desk: Desk;
  placing: OrderPlacing;
  findings: Findings;
  criticalFindings: CriticalFindings;
}

/** One request: who asks, and what the answer needs. */
export interface Asked {
  deps: FhirDeps;
  viewer: Viewer;
  /** Absolute, without a slash at the end: `https://pacs.example/fhir`. */
  base: string;
  /** The same of DICOMweb. */
  dicomweb: string;
  /** Those of the viewer, by id; read once. */
  facilities(): Promise<ReadonlyMap<string, FacilityDetails>>;
}

export type ResourceType =
  | "Patient"
  | "Practitioner"
  | "Organization"
  | "ServiceRequest"
  | "Task"
  | "ImagingStudy"
  | "Endpoint"
  | "DiagnosticReport"
  | "Communication"
  | "AuditEvent"
  | "Binary";

/** What every room can be asked for by. */
export type BaseCondition = { by: "ids"; values: readonly string[] } | { by: "none" };

export interface Target {
  type: ResourceType;
  id: string;
}

/** How a text is compared: where it begins, as it is written, or anywhere. */
export type StringMatch = "starts" | "exact" | "contains";

interface Documented {
  /** For the CapabilityStatement. */
  documentation: string;
}

/** A search parameter (R4 3.1.1): its values, of which one must fit, become a condition of the room. */
export type SearchParameter<C> =
  | (Documented & {
      type: "token";
      /** Takes `:not`. */
      not?: true;
      condition(values: readonly Token[], not: boolean): C;
    })
  | (Documented & {
      type: "reference";
      targets: readonly ResourceType[];
      /** Takes one value: what leads to a whole page is not asked for by it. */
      single?: true;
      condition(targets: readonly Target[]): C;
      /** For `_include`. */
      of(resource: never): readonly (Reference | undefined)[];
    })
  /** Of moments. */
  | (Documented & { type: "date"; at: "moment"; condition(spans: readonly Span[]): C })
  /** Of days, or of times at the facility's clock. */
  | (Documented & { type: "date"; at: "day"; condition(spans: readonly LocalSpan[]): C })
  | (Documented & { type: "date"; at: "clock"; condition(spans: readonly LocalSpan[]): C })
  | (Documented & { type: "string"; condition(values: readonly string[], how: StringMatch): C })
  | (Documented & { type: "uri"; condition(values: readonly string[]): C });

export type FoundPage<R = FhirResource> = ListPage<R>;

/** A type of resources: what reads and finds it, and what the CapabilityStatement says of it. */
export interface Resource<R extends FhirResource = FhirResource, C = unknown> {
  type: ResourceType;
  /** Null: anyone who is signed in. */
  permission: Permission | null;
  documentation: string;
  /** Its ids are words rather than UUIDs. */
  wordIds?: true;
  /** @throws Refusal `not-found` */
  read(asked: Asked, id: string): Promise<R>;
  /** One of its versions. @throws Refusal `not-found` */
  vread?(asked: Asked, id: string, version: string): Promise<R>;
  /** All of its versions, the newest first. */
  history?(asked: Asked, id: string): Promise<R[]>;
  create?: {
    permission: Permission;
    documentation: string;
    /** @returns the id of what was made */
    run(asked: Asked, body: unknown): Promise<string>;
  };
  search?: {
    parameters: Readonly<Record<string, SearchParameter<C>>>;
    /** FHIR's name of what it may be sorted by, and the room's. */
    sorts: Readonly<Record<string, string>>;
    /** The room's, where the search says nothing. */
    fallback: string;
    find(
      asked: Asked,
      conditions: readonly (C | BaseCondition)[],
      range: ListRange & { sort?: string },
    ): Promise<FoundPage<R>>;
  };
  /** Elements that `_summary=true` keeps (marked with a sigma in R4), beside those that every answer has. */
  summary: readonly (keyof R & string)[];
  /** Elements without which it is no valid resource: kept by `_elements` as well. */
  mandatory: readonly (keyof R & string)[];
}

/** The same with its own types behind it: the table of resources holds them side by side. */
export function resource<R extends FhirResource, C>(definition: Resource<R, C>): Resource {
  return definition as unknown as Resource;
}
