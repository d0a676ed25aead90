/**
 * The state machine of the DICOM upper layer as data: PS3.8 §9.2, Tables 9-1 to 9-10.
 */

export const states = {
  Sta1: "Idle",
  Sta2: "Transport connection open (awaiting A-ASSOCIATE-RQ PDU)",
  Sta3: "Awaiting local A-ASSOCIATE response primitive",
  Sta4: "Awaiting transport connection opening to complete",
  Sta5: "Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU",
  Sta6: "Association established and ready for data transfer",
  Sta7: "Awaiting A-RELEASE-RP PDU",
  Sta8: "Awaiting local A-RELEASE response primitive",
  Sta9: "Release collision, requestor side; awaiting A-RELEASE response primitive",
  Sta10: "Release collision, acceptor side; awaiting A-RELEASE-RP PDU",
  Sta11: "Release collision, requestor side; awaiting A-RELEASE-RP PDU",
  Sta12: "Release collision, acceptor side; awaiting A-RELEASE response primitive",
  Sta13: "Awaiting transport connection close indication",
} as const;
export type State = keyof typeof states;

export const events = {
  Evt1: "A-ASSOCIATE request primitive",
  Evt2: "Transport connection confirmation",
  Evt3: "A-ASSOCIATE-AC PDU received",
  Evt4: "A-ASSOCIATE-RJ PDU received",
  Evt5: "Transport connection indication",
  Evt6: "A-ASSOCIATE-RQ PDU received",
  Evt7: "A-ASSOCIATE response primitive (accept)",
  Evt8: "A-ASSOCIATE response primitive (reject)",
  Evt9: "P-DATA request primitive",
  Evt10: "P-DATA-TF PDU received",
  Evt11: "A-RELEASE request primitive",
  Evt12: "A-RELEASE-RQ PDU received",
  Evt13: "A-RELEASE-RP PDU received",
  Evt14: "A-RELEASE response primitive",
  Evt15: "A-ABORT request primitive",
  Evt16: "A-ABORT PDU received",
  Evt17: "Transport connection closed indication",
  Evt18: "ARTIM timer expired",
  Evt19: "Unrecognized or invalid PDU received",
} as const;
export type Event = keyof typeof events;

/** What each action does, and the states it may lead to (two where it decides: PS3.8 Tables 9-6 to 9-9). */
export const actions = {
  "AE-1": { does: "Issue TRANSPORT CONNECT request", next: ["Sta4"] },
  "AE-2": { does: "Send A-ASSOCIATE-RQ", next: ["Sta5"] },
  "AE-3": { does: "Issue A-ASSOCIATE confirmation (accept)", next: ["Sta6"] },
  "AE-4": { does: "Issue A-ASSOCIATE confirmation (reject), close transport", next: ["Sta1"] },
  "AE-5": { does: "Issue TRANSPORT CONNECT response, start ARTIM", next: ["Sta2"] },
  "AE-6": {
    does: "Stop ARTIM; acceptable: issue A-ASSOCIATE indication; else send A-ASSOCIATE-RJ, start ARTIM",
    next: ["Sta3", "Sta13"],
  },
  "AE-7": { does: "Send A-ASSOCIATE-AC", next: ["Sta6"] },
  "AE-8": { does: "Send A-ASSOCIATE-RJ, start ARTIM", next: ["Sta13"] },
  "DT-1": { does: "Send P-DATA-TF", next: ["Sta6"] },
  "DT-2": { does: "Issue P-DATA indication", next: ["Sta6"] },
  "AR-1": { does: "Send A-RELEASE-RQ", next: ["Sta7"] },
  "AR-2": { does: "Issue A-RELEASE indication", next: ["Sta8"] },
  "AR-3": { does: "Issue A-RELEASE confirmation, close transport", next: ["Sta1"] },
  "AR-4": { does: "Send A-RELEASE-RP, start ARTIM", next: ["Sta13"] },
  "AR-5": { does: "Stop ARTIM", next: ["Sta1"] },
  "AR-6": { does: "Issue P-DATA indication", next: ["Sta7"] },
  "AR-7": { does: "Send P-DATA-TF", next: ["Sta8"] },
  "AR-8": {
    does: "Issue A-RELEASE indication (release collision); requestor: Sta9, acceptor: Sta10",
    next: ["Sta9", "Sta10"],
  },
  "AR-9": { does: "Send A-RELEASE-RP", next: ["Sta11"] },
  "AR-10": { does: "Issue A-RELEASE confirmation", next: ["Sta12"] },
  "AA-1": { does: "Send A-ABORT (service user), start or restart ARTIM", next: ["Sta13"] },
  "AA-2": { does: "Stop ARTIM, close transport", next: ["Sta1"] },
  "AA-3": { does: "Issue A-ABORT or A-P-ABORT indication, close transport", next: ["Sta1"] },
  "AA-4": { does: "Issue A-P-ABORT indication", next: ["Sta1"] },
  "AA-5": { does: "Stop ARTIM", next: ["Sta1"] },
  "AA-6": { does: "Ignore the PDU", next: ["Sta13"] },
  "AA-7": { does: "Send A-ABORT", next: ["Sta13"] },
  "AA-8": {
    does: "Send A-ABORT (service provider), issue A-P-ABORT indication, start ARTIM",
    next: ["Sta13"],
  },
} as const satisfies Record<string, { does: string; next: readonly State[] }>;
export type Action = keyof typeof actions;

const none = null;

/** Table 9-10: for each event, the action in Sta1 to Sta13; null where the event cannot happen in that state. */
// biome-ignore format: the columns are those of the standard's table
const transitionTable: Readonly<Record<Event, readonly (Action | null)[]>> = {
  //       Sta1    Sta2    Sta3    Sta4    Sta5    Sta6    Sta7    Sta8    Sta9    Sta10   Sta11   Sta12   Sta13
  Evt1:  ["AE-1", none,   none,   none,   none,   none,   none,   none,   none,   none,    none,   none,   none  ],
  Evt2:  [none,   none,   none,   "AE-2", none,   none,   none,   none,   none,   none,    none,   none,   none  ],
  Evt3:  [none,   "AA-1", "AA-8", none,   "AE-3", "AA-8", "AA-8", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-6"],
  Evt4:  [none,   "AA-1", "AA-8", none,   "AE-4", "AA-8", "AA-8", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-6"],
  Evt5:  ["AE-5", none,   none,   none,   none,   none,   none,   none,   none,   none,    none,   none,   none  ],
  Evt6:  [none,   "AE-6", "AA-8", none,   "AA-8", "AA-8", "AA-8", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-7"],
  Evt7:  [none,   none,   "AE-7", none,   none,   none,   none,   none,   none,   none,    none,   none,   none  ],
  Evt8:  [none,   none,   "AE-8", none,   none,   none,   none,   none,   none,   none,    none,   none,   none  ],
  Evt9:  [none,   none,   none,   none,   none,   "DT-1", none,   "AR-7", none,   none,    none,   none,   none  ],
  Evt10: [none,   "AA-1", "AA-8", none,   "AA-8", "DT-2", "AR-6", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-6"],
  Evt11: [none,   none,   none,   none,   none,   "AR-1", none,   none,   none,   none,    none,   none,   none  ],
  Evt12: [none,   "AA-1", "AA-8", none,   "AA-8", "AR-2", "AR-8", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-6"],
  Evt13: [none,   "AA-1", "AA-8", none,   "AA-8", "AA-8", "AR-3", "AA-8", "AA-8", "AR-10", "AR-3", "AA-8", "AA-6"],
  Evt14: [none,   none,   none,   none,   none,   none,   none,   "AR-4", "AR-9", none,    none,   "AR-4", none  ],
  Evt15: [none,   none,   "AA-1", "AA-2", "AA-1", "AA-1", "AA-1", "AA-1", "AA-1", "AA-1",  "AA-1", "AA-1", none  ],
  Evt16: [none,   "AA-2", "AA-3", none,   "AA-3", "AA-3", "AA-3", "AA-3", "AA-3", "AA-3",  "AA-3", "AA-3", "AA-2"],
  Evt17: [none,   "AA-5", "AA-4", "AA-4", "AA-4", "AA-4", "AA-4", "AA-4", "AA-4", "AA-4",  "AA-4", "AA-4", "AR-5"],
  Evt18: [none,   "AA-2", none,   none,   none,   none,   none,   none,   none,   none,    none,   none,   "AA-2"],
  Evt19: [none,   "AA-1", "AA-8", none,   "AA-8", "AA-8", "AA-8", "AA-8", "AA-8", "AA-8",  "AA-8", "AA-8", "AA-7"],
};

/** The action of a cell of Table 9-10, or null where the standard leaves it empty. */
export function transition(event: Event, state: State): Action | null {
  return transitionTable[event][Number(state.slice(3)) - 1] ?? null;
}
