/**
 * HL7 v2: what is sent to other systems (ORU^R01 of reports, ORM^O01 of orders).
 *
 * Owns no tables. Keeps: a system is told of what happens at its facility and of nothing else; of one patient in the order in which it happened; each
 * version of a report once, and again only where nobody knows whether it was taken; a message that is refused holds up no other.
 */
export { createHl7Sending, type Hl7Sending } from "./out/sending.ts";
