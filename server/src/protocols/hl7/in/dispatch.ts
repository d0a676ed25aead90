import type { Hl7Receives } from "@isocenter/contract";
import { fieldValue, type Header, type Message, segmentOf } from "@isocenter/hl7";
import type { Hl7SystemRow } from "../../../modules/peers/index.ts";
import { Refusal, type Tx } from "../../../platform/index.ts";
import { actOnDemographics, actOnMerge } from "./demographics.ts";
import type { Done, Inbound, InboundDeps } from "./inbound.ts";
import { actOnOrders } from "./orders.ts";
import { at, refusedAt } from "./place.ts";

export type Handler = (tx: Tx, inbound: Inbound, deps: InboundDeps, message: Message) => Promise<Done>;

/** Of a visit, of beds, of what we do not keep: taken, and nothing is to be done. */
const nothing: Handler = async () => ({ patientId: null, subject: null });

interface Kind {
  /** What a system must be allowed to tell us. */
  receives: Hl7Receives;
  events: Readonly<Record<string, Handler>>;
}

const each = (events: string, handler: Handler): Record<string, Handler> =>
  Object.fromEntries(events.split(" ").map((event) => [event, handler]));

/** What is acted upon; everything else is rejected (AR), and kept. */
export const kinds: Readonly<Record<string, Kind>> = {
  ADT: {
    receives: "ADT",
    events: {
      ...each("A01 A04 A05 A06 A07 A08 A28 A31", actOnDemographics),
      ...each("A18 A34 A39 A40", actOnMerge),
      ...each(
        "A02 A03 A09 A10 A11 A12 A13 A14 A15 A16 A17 A20 A21 A22 A25 A26 A27 A32 A33 A38 A52 A53 A54 A55 A60 A61 A62",
        nothing,
      ),
    },
  },
  ORM: { receives: "ORDERS", events: { O01: actOnOrders } },
  OMG: { receives: "ORDERS", events: { O19: actOnOrders } },
  OMI: { receives: "ORDERS", events: { O23: actOnOrders } },
};

/**
 * Who acts on a message of the system.
 * @throws Refusal `unsupported-type` (`hl7.type`, `hl7.event`, `hl7.not-received`, `hl7.processing-id`, `hl7.version`), `wrong-method`
 */
export function handlerOf(header: Header, message: Message, system: Hl7SystemRow): Handler {
  const { type, version, processingId } = header;
  // Older systems say the event in EVN alone.
  const event = header.event || fieldValue(segmentOf(message, "EVN"), 1).trim().toUpperCase();
  const reject = (code: string, field: number, text: string) =>
    refusedAt(at("MSH", field), code, text, "unsupported-type");
  if (!/^2\.[1-9]/.test(version) && version !== "")
    throw reject("hl7.version", 12, `The version ${version} is none of HL7 v2.`);
  if (processingId !== "" && processingId !== "P")
    throw reject(
      "hl7.processing-id",
      11,
      `The message is for ${processingId === "T" ? "training" : "debugging"}: this is production (P).`,
    );
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind) throw reject("hl7.type", 9, `Messages of the type ${type || "(none)"} are not acted upon here.`);
  if (!system.receives.includes(kind.receives))
    throw reject(
      "hl7.not-received",
      9,
      `${system.name} is not put down as a system that we take ${kind.receives} from.`,
    );
  const handler = Object.hasOwn(kind.events, event) ? kind.events[event] : undefined;
  if (!handler)
    throw new Refusal("wrong-method", "hl7.event", `${type}^${event || "(none)"} is not acted upon here.`, {
      errors: [{ path: "MSH[1]-9.2", message: "is not acted upon here" }],
    });
  return handler;
}
