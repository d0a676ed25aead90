import { describe, expect, test } from "vitest";
import { DimseError } from "./errors.ts";
import { type AssociateRequest, pduTypes } from "./pdu.ts";
import {
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateRequest,
  encodeRejection,
  encodeReleaseRequest,
  encodeReleaseResponse,
} from "./pdu-codec.ts";
import { type Action, actions, type Event, events, type State, states, transition } from "./state-table.ts";
import { createUpperLayer } from "./upper-layer.ts";

/** PS3.8 Table 9-10 told by its actions: where each of them stands. */
const places: Record<Action, string> = {
  "AE-1": "Evt1: 1",
  "AE-2": "Evt2: 4",
  "AE-3": "Evt3: 5",
  "AE-4": "Evt4: 5",
  "AE-5": "Evt5: 1",
  "AE-6": "Evt6: 2",
  "AE-7": "Evt7: 3",
  "AE-8": "Evt8: 3",
  "DT-1": "Evt9: 6",
  "DT-2": "Evt10: 6",
  "AR-1": "Evt11: 6",
  "AR-2": "Evt12: 6",
  "AR-3": "Evt13: 7 11",
  "AR-4": "Evt14: 8 12",
  "AR-5": "Evt17: 13",
  "AR-6": "Evt10: 7",
  "AR-7": "Evt9: 8",
  "AR-8": "Evt12: 7",
  "AR-9": "Evt14: 9",
  "AR-10": "Evt13: 10",
  "AA-1": "Evt3: 2; Evt4: 2; Evt10: 2; Evt12: 2; Evt13: 2; Evt19: 2; Evt15: 3 5 6 7 8 9 10 11 12",
  "AA-2": "Evt15: 4; Evt16: 2 13; Evt18: 2 13",
  "AA-3": "Evt16: 3 5 6 7 8 9 10 11 12",
  "AA-4": "Evt17: 3 4 5 6 7 8 9 10 11 12",
  "AA-5": "Evt17: 2",
  "AA-6": "Evt3: 13; Evt4: 13; Evt10: 13; Evt12: 13; Evt13: 13",
  "AA-7": "Evt6: 13; Evt19: 13",
  "AA-8":
    "Evt3: 3 6 7 8 9 10 11 12; Evt4: 3 6 7 8 9 10 11 12; Evt6: 3 5 6 7 8 9 10 11 12; Evt10: 3 5 8 9 10 11 12; " +
    "Evt12: 3 5 8 9 10 11 12; Evt13: 3 5 6 8 9 12; Evt19: 3 5 6 7 8 9 10 11 12",
};

/** What can be seen of each action from outside (PS3.8 Tables 9-6 to 9-9). */
const seen: Record<Action, string[]> = {
  "AE-1": ["connect"],
  "AE-2": ["send 1"],
  "AE-3": ["associate accepted"],
  "AE-4": ["associate rejected", "close"],
  "AE-5": ["start ARTIM"],
  "AE-6": ["associate indication", "stop ARTIM"],
  "AE-7": ["send 2"],
  "AE-8": ["send 3", "start ARTIM"],
  "DT-1": ["send 4"],
  "DT-2": ["data"],
  "AR-1": ["send 5"],
  "AR-2": ["release indication"],
  "AR-3": ["close", "release confirmed"],
  "AR-4": ["send 6", "start ARTIM"],
  "AR-5": ["stop ARTIM"],
  "AR-6": ["data"],
  "AR-7": ["send 4"],
  "AR-8": ["release indication"],
  "AR-9": ["send 6"],
  "AR-10": ["release confirmed"],
  "AA-1": ["send 7", "start ARTIM", "stop reading"],
  "AA-2": ["close", "stop ARTIM"],
  "AA-3": ["aborted", "close"],
  "AA-4": ["aborted"],
  "AA-5": ["stop ARTIM"],
  "AA-6": [],
  "AA-7": ["send 7", "stop reading"],
  "AA-8": ["aborted", "send 7", "start ARTIM", "stop reading"],
};

const expected = new Map<string, Action>();
for (const [action, text] of Object.entries(places)) {
  for (const part of text.split("; ")) {
    const [event, numbers] = part.split(": ");
    for (const number of numbers!.split(" ")) expected.set(`${event}/Sta${number}`, action as Action);
  }
}

const user = {
  maximumLength: 16384,
  implementationClassUid: "1.2.3",
  implementationVersionName: "TEST",
  asynchronousOperations: null,
  roles: [],
  extendedNegotiations: [],
  userIdentity: null,
  userIdentityResponse: null,
};
const request: AssociateRequest = {
  protocolVersion: 1,
  calledAeTitle: "CALLED",
  callingAeTitle: "CALLING",
  applicationContextName: "1.2.840.10008.3.1.1.1",
  contexts: [{ id: 1, abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] }],
  user,
};
const accept = {
  ...request,
  contexts: [{ id: 1, result: 0 as const, transferSyntax: "1.2.840.10008.1.2" }],
};
const rejection = { result: 1, source: 1, reason: 1 };

/** PDUs as they are received: type, and what follows the header. */
const pdus: Partial<Record<Event, Buffer>> = {
  Evt3: encodeAssociateAccept(accept),
  Evt4: encodeRejection(rejection),
  Evt6: encodeAssociateRequest(request),
  Evt12: encodeReleaseRequest(),
  Evt13: encodeReleaseResponse(),
  Evt16: encodeAbort({ source: 0, reason: 0 }),
  Evt19: Buffer.from([0x42, 0, 0, 0, 0, 0]),
};

function machine(initialState: State, role: "requestor" | "acceptor" = "acceptor") {
  const log: string[] = [];
  const layer = createUpperLayer({
    role,
    initialState,
    transport: {
      connect: () => log.push("connect"),
      write: (pdu) => log.push(`send ${pdu[0]}`),
      close: () => log.push("close"),
      stopReading: () => log.push("stop reading"),
      startArtim: () => log.push("start ARTIM"),
      stopArtim: () => log.push("stop ARTIM"),
    },
    user: {
      associateIndication: () => log.push("associate indication"),
      associateAccepted: () => log.push("associate accepted"),
      associateRejected: () => log.push("associate rejected"),
      releaseIndication: () => log.push("release indication"),
      releaseConfirmed: () => log.push("release confirmed"),
      aborted: () => log.push("aborted"),
    },
  });
  const happen = (event: Event) => {
    const pdu = pdus[event];
    if (pdu) layer.received(pdu[0]!, pdu.subarray(6));
    else if (event === "Evt10") {
      if (layer.receivedData()) log.push("data");
    } else layer.fire(event, { request, accept, rejection, data: [Buffer.from([pduTypes.data])] });
  };
  return { layer, log, happen };
}

const localPrimitives = new Set<Event>(["Evt1", "Evt7", "Evt8", "Evt9", "Evt11", "Evt14", "Evt15"]);

describe("PS3.8 Table 9-10", () => {
  for (const event of Object.keys(events) as Event[]) {
    for (const state of Object.keys(states) as State[]) {
      const action = expected.get(`${event}/${state}`) ?? null;
      test(`${event} in ${state}: ${action ?? "cannot happen"}`, () => {
        expect(transition(event, state)).toBe(action);
        const { layer, log, happen } = machine(state);
        if (action === null) {
          if (localPrimitives.has(event)) expect(() => happen(event)).toThrow(DimseError);
          else happen(event);
          expect(log).toEqual([]);
          expect(layer.state).toBe(state);
          return;
        }
        happen(event);
        const indicated = action === "AA-1" && event === "Evt15" ? ["aborted"] : [];
        expect(log.toSorted()).toEqual([...seen[action], ...indicated].toSorted());
        const next: readonly State[] = actions[action].next;
        // Where an action decides: an acceptable request, and a collision seen by the acceptor.
        expect(layer.state).toBe(action === "AR-8" ? "Sta10" : next[0]);
      });
    }
  }

  test("AE-6 refuses a request of another protocol version by itself: A-ASSOCIATE-RJ, Sta13", () => {
    const { layer, log } = machine("Sta2");
    layer.received(1, encodeAssociateRequest({ ...request, protocolVersion: 2 }).subarray(6));
    expect(log).toEqual(["stop ARTIM", "send 3", "start ARTIM"]);
    expect(layer.state).toBe("Sta13");
  });

  test("AR-8 on the side of the requestor leads to Sta9, and the collision ends released on both sides", () => {
    const requestor = machine("Sta7", "requestor");
    requestor.happen("Evt12");
    expect(requestor.layer.state).toBe("Sta9");
    requestor.happen("Evt14");
    requestor.happen("Evt13");
    expect(requestor.layer.state).toBe("Sta1");
    const acceptor = machine("Sta7", "acceptor");
    for (const event of ["Evt12", "Evt13", "Evt14"] as const) acceptor.happen(event);
    expect(acceptor.layer.state).toBe("Sta13");
  });
});
