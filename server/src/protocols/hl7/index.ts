/**
 * HL7 v2: what other systems tell us (ADT, ORM^O01, OMG^O19, OMI^O23), and what they are told (ORU^R01 of reports, ORM^O01 of orders).
 *
 * Owns no tables. Keeps of what comes in: a system that nobody put down is not listened to; what it may touch is its facility's; a message is acted upon
 * as a whole or not at all, in the transaction that puts it down, and once however often it comes; what is refused is kept for a person to look at. Of
 * what goes out: a system is told of what happens at its facility and of nothing else; of one patient in the order in which it happened; each version of a
 * report once, and again only where nobody knows whether it was taken or the study was another patient's; a message that is refused holds up no other.
 */

export type { ReceiveDeps } from "./in/conclude.ts";
export { startHl7 } from "./in/listener.ts";
export { actAgain } from "./in/receive.ts";
export { createHl7Sending, type Hl7Sending } from "./out/sending.ts";
