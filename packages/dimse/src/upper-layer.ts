import { DimseError } from "./errors.ts";
import {
  type Abort,
  type AssociateAccept,
  type AssociateRequest,
  abortReasons,
  PduError,
  pduTypes,
  type Rejection,
  rejections,
} from "./pdu.ts";
import {
  decodeAbort,
  decodeAssociateAccept,
  decodeAssociateRequest,
  decodeRejection,
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateRequest,
  encodeRejection,
  encodeReleaseRequest,
  encodeReleaseResponse,
} from "./pdu-codec.ts";
import { type Action, actions, type Event, events, type State, states, transition } from "./state-table.ts";

/** What the machine does to the transport connection. */
export interface UpperLayerTransport {
  connect(): void;
  write(pdu: Uint8Array): void;
  close(): void;
  /** After our A-ABORT: of what is received only the close matters. */
  stopReading(): void;
  /** Starts the ARTIM timer (PS3.8 §9.1.5), or starts it again. */
  startArtim(): void;
  stopArtim(): void;
}

/** The indication and confirmation primitives of the association service (PS3.8 §7). */
export interface UpperLayerUser {
  associateIndication(request: AssociateRequest): void;
  associateAccepted(accept: AssociateAccept): void;
  associateRejected(rejection: Rejection): void;
  releaseIndication(): void;
  releaseConfirmed(): void;
  /** A-ABORT or A-P-ABORT: the association is over. */
  aborted(error: DimseError): void;
}

/** What comes with an event. */
interface Detail {
  request?: AssociateRequest;
  accept?: AssociateAccept;
  rejection?: Rejection;
  abort?: Abort;
  data?: readonly Uint8Array[];
  /** Why an abort is sent, or why the transport closed. */
  error?: DimseError;
}

export interface UpperLayer {
  readonly state: State;
  /** A local primitive or a transport event. @throws DimseError `closed` for a primitive that the state does not allow */
  fire(event: Event, detail?: Detail): void;
  /** A PDU other than P-DATA-TF was received. */
  received(type: number, body: Buffer): void;
  /** The header of a P-DATA-TF was received; whether its content goes to the user. */
  receivedData(): boolean;
}

export interface UpperLayerOptions {
  role: "requestor" | "acceptor";
  transport: UpperLayerTransport;
  user: UpperLayerUser;
  /** For tests of single cells of the table. */
  initialState?: State;
}

/** Events that only the peer or the network cause; where the table leaves their cell empty nothing is to be done. */
const fromOutside: ReadonlySet<Event> = new Set(["Evt2", "Evt5", "Evt17", "Evt18"]);

/** The state machine of PS3.8 §9.2. It knows neither sockets nor DIMSE; all calls are synchronous. */
export function createUpperLayer({ role, transport, user, initialState }: UpperLayerOptions): UpperLayer {
  let state: State = initialState ?? "Sta1";

  function sendAbort(abort: Abort): void {
    transport.write(encodeAbort(abort));
    transport.stopReading();
  }

  function unexpected(event: Event, detail: Detail): DimseError {
    return (
      detail.error ?? new DimseError("protocol", `${events[event]} in state ${state} (${states[state]})`)
    );
  }

  function acceptable(request: AssociateRequest): Rejection | null {
    return (request.protocolVersion & 1) === 0 ? rejections.protocolVersionNotSupported : null;
  }

  /** What each action does; `state` is already the next one, except where the action decides it. */
  const perform: Record<Action, (detail: Detail, event: Event) => void> = {
    "AE-1": () => transport.connect(),
    "AE-2": ({ request }) => transport.write(encodeAssociateRequest(request!)),
    "AE-3": ({ accept }) => user.associateAccepted(accept!),
    "AE-4": ({ rejection }) => {
      transport.close();
      user.associateRejected(rejection!);
    },
    "AE-5": () => transport.startArtim(),
    "AE-6": ({ request }) => {
      transport.stopArtim();
      const rejection = acceptable(request!);
      if (rejection) {
        state = "Sta13";
        transport.write(encodeRejection(rejection));
        transport.startArtim();
      } else user.associateIndication(request!);
    },
    "AE-7": ({ accept }) => transport.write(encodeAssociateAccept(accept!)),
    "AE-8": ({ rejection }) => {
      transport.write(encodeRejection(rejection!));
      transport.startArtim();
    },
    "DT-1": ({ data }) => writeAll(data!),
    "DT-2": () => {},
    "AR-1": () => transport.write(encodeReleaseRequest()),
    "AR-2": () => user.releaseIndication(),
    "AR-3": () => {
      transport.close();
      user.releaseConfirmed();
    },
    "AR-4": () => {
      transport.write(encodeReleaseResponse());
      transport.startArtim();
    },
    "AR-5": () => transport.stopArtim(),
    "AR-6": () => {},
    "AR-7": ({ data }) => writeAll(data!),
    "AR-8": () => {
      state = role === "requestor" ? "Sta9" : "Sta10";
      user.releaseIndication();
    },
    "AR-9": () => transport.write(encodeReleaseResponse()),
    "AR-10": () => user.releaseConfirmed(),
    "AA-1": (detail, event) => {
      sendAbort(detail.abort ?? { source: 0, reason: abortReasons.notSpecified });
      transport.startArtim();
      if (event === "Evt15") user.aborted(detail.error ?? new DimseError("aborted", "aborted here"));
    },
    "AA-2": () => {
      transport.stopArtim();
      transport.close();
    },
    "AA-3": ({ abort }) => {
      transport.close();
      user.aborted(
        new DimseError("aborted", `aborted by the peer (source ${abort!.source}, reason ${abort!.reason})`),
      );
    },
    "AA-4": ({ error }) =>
      user.aborted(error ?? new DimseError("connection-lost", "the connection was lost")),
    "AA-5": () => transport.stopArtim(),
    "AA-6": () => {},
    "AA-7": () => sendAbort({ source: 2, reason: abortReasons.unexpectedPdu }),
    "AA-8": (detail, event) => {
      sendAbort(detail.abort ?? { source: 2, reason: abortReasons.unexpectedPdu });
      transport.startArtim();
      user.aborted(unexpected(event, detail));
    },
  };

  function writeAll(data: readonly Uint8Array[]): void {
    for (const bytes of data) transport.write(bytes);
  }

  function fire(event: Event, detail: Detail = {}): void {
    const action = transition(event, state);
    if (action === null) {
      if (fromOutside.has(event)) return;
      throw new DimseError("closed", `${events[event]} in state ${state} (${states[state]})`);
    }
    // An error must name the state the event came in, so it is made before the state changes.
    const withError = action === "AA-8" ? { ...detail, error: unexpected(event, detail) } : detail;
    state = actions[action].next[0];
    perform[action](withError, event);
  }

  function received(type: number, body: Buffer): void {
    // A PDU for which there is no transport any more comes too late to matter.
    if (state === "Sta1" || state === "Sta4") return;
    const { event, detail } = eventOf(type, body);
    fire(event, detail);
  }

  function receivedData(): boolean {
    if (state === "Sta1" || state === "Sta4") return false;
    const action = transition("Evt10", state);
    // The cell of every block of pixel data: nothing changes, so nothing is looked up twice.
    if (action === "DT-2") return true;
    fire("Evt10");
    return action === "AR-6";
  }

  return {
    get state() {
      return state;
    },
    fire,
    received,
    receivedData,
  };
}

/** The event that a received PDU is, other than P-DATA-TF. */
function eventOf(type: number, body: Buffer): { event: Event; detail?: Detail } {
  try {
    switch (type) {
      case pduTypes.associateRequest:
        return { event: "Evt6", detail: { request: decodeAssociateRequest(body) } };
      case pduTypes.associateAccept:
        return { event: "Evt3", detail: { accept: decodeAssociateAccept(body) } };
      case pduTypes.associateReject:
        return { event: "Evt4", detail: { rejection: decodeRejection(body) } };
      case pduTypes.releaseRequest:
        return { event: "Evt12" };
      case pduTypes.releaseResponse:
        return { event: "Evt13" };
      case pduTypes.abort:
        return { event: "Evt16", detail: { abort: decodeAbort(body) } };
      default:
        return { event: "Evt19" };
    }
  } catch (error) {
    if (!(error instanceof PduError)) throw error;
    const abort = { source: 2, reason: error.reason };
    return { event: "Evt19", detail: { abort, error: new DimseError("protocol", error.message) } };
  }
}
