import { Refusal } from "../../platform/index.ts";

import { wadoEndpoint } from "./endpoint-ids.ts";
import { foundAmong } from "./few.ts";
import type { Endpoint } from "./r4.ts";
import { type Asked, type BaseCondition, type Resource, resource } from "./resource.ts";
import { named, type Token } from "./token.ts";

const connections = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type";

/** What DICOMweb does here, each service as an endpoint of its own; all have one base. */
const services = [
  { id: wadoEndpoint, code: "dicom-wado-rs", name: "Images (WADO-RS)", type: "application/dicom" },
  { id: "dicomweb-qido-rs", code: "dicom-qido-rs", name: "Search (QIDO-RS)", type: "application/dicom+json" },
  { id: "dicomweb-stow-rs", code: "dicom-stow-rs", name: "Storing (STOW-RS)", type: "application/dicom" },
] as const;
type Service = (typeof services)[number];

const toEndpoint = ({ dicomweb }: Pick<Asked, "dicomweb">, { id, code, name, type }: Service): Endpoint => ({
  resourceType: "Endpoint",
  id,
  status: "active",
  connectionType: { system: connections, code },
  name,
  payloadType: [{ text: "DICOM" }],
  payloadMimeType: [type],
  address: dicomweb,
});

type EndpointCondition =
  | { by: "connections"; values: readonly Token[] }
  | { by: "status"; values: readonly Token[] };

export const endpoints: Resource = resource<Endpoint, EndpointCondition>({
  type: "Endpoint",
  permission: "images.read",
  wordIds: true,
  documentation: "Where DICOMweb answers; with the same tokens.",
  async read(asked, id) {
    const service = services.find((one) => one.id === id);
    if (!service) throw new Refusal("not-found", "endpoint.not-found", "There is no such endpoint.");
    return toEndpoint(asked, service);
  },
  search: {
    parameters: {
      "connection-type": {
        type: "token",
        documentation: "dicom-wado-rs, dicom-qido-rs, dicom-stow-rs",
        condition: (values) => ({ by: "connections", values }),
      },
      status: {
        type: "token",
        documentation: "active: all are",
        condition: (values) => ({ by: "status", values }),
      },
    },
    sorts: {},
    fallback: "name",
    async find(asked, conditions, range) {
      const fits = ({ id, code }: Service, one: EndpointCondition | BaseCondition): boolean => {
        if (one.by === "none") return false;
        if (one.by === "ids") return one.values.includes(id);
        return one.by === "connections"
          ? named(one.values, connections, { code }).length > 0
          : named(one.values, "http://hl7.org/fhir/endpoint-status", { active: "active" }).length > 0;
      };
      const found = services.filter((service) => conditions.every((one) => fits(service, one)));
      return foundAmong(
        found.map((service) => toEndpoint(asked, service)),
        range,
      );
    },
  },
  summary: ["status", "connectionType", "name", "payloadType", "payloadMimeType", "address"],
  mandatory: ["status", "connectionType", "payloadType", "address"],
});
