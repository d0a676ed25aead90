import type { Role } from "./enumerations.ts";

/**
 * Who may do what: the table of the department's work as data. A cell is the reach of a permission:
 * `all` of the viewer's facilities, only patients `in-care`, only what is the viewer's `own`, only `final` reports, or a
 * reach that the module of the permission explains. What is not in the table is denied.
 */
export type Reach = "all" | "in-care" | "own" | "final" | "for-bills" | "status" | "final-in-care";

type Row = Readonly<Partial<Record<Role, Reach>>>;

const row = <T extends Row>(cells: T): T => cells;

export const permissionTable = {
  "patients.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "in-care",
    FRONT_DESK: "all",
    BILLING: "for-bills",
    INTEGRATION: "all",
  }),
  "patients.write": row({ ADMINISTRATOR: "all", FRONT_DESK: "all", INTEGRATION: "all" }),
  /** To say whose records draw the curious. */
  "patients.vip": row({ ADMINISTRATOR: "all" }),
  "orders.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "in-care",
    FRONT_DESK: "all",
    BILLING: "for-bills",
    INTEGRATION: "all",
  }),
  /** `status`: states and steps alone. `own`: orders that one places oneself. */
  "orders.write": row({
    ADMINISTRATOR: "all",
    TECHNOLOGIST: "status",
    PHYSICIAN: "own",
    FRONT_DESK: "all",
    INTEGRATION: "all",
  }),
  /** Registering studies and moving their states by hand. */
  "studies.write": row({
    ADMINISTRATOR: "all",
    TECHNOLOGIST: "all",
    FRONT_DESK: "all",
    INTEGRATION: "all",
  }),
  /** Procedures and stations. */
  "catalogue.manage": row({ ADMINISTRATOR: "all" }),
  "prices.manage": row({ ADMINISTRATOR: "all", BILLING: "all" }),
  "images.upload": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    INTEGRATION: "all",
  }),
  "images.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "in-care",
    INTEGRATION: "all",
  }),
  "images.correct": row({ ADMINISTRATOR: "all", TECHNOLOGIST: "all" }),
  /** Legal holds, retention rules, what was deleted: bringing it back, and purging it. */
  "retention.manage": row({ ADMINISTRATOR: "all" }),
  "images.export": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all", TECHNOLOGIST: "all", INTEGRATION: "all" }),
  /** A link that expires. */
  "images.share": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "in-care",
    INTEGRATION: "all",
  }),
  "reports.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "final",
    PHYSICIAN: "final-in-care",
    BILLING: "final",
    INTEGRATION: "final",
  }),
  "reports.write": row({ RADIOLOGIST: "all", RESIDENT: "all" }),
  "reports.sign": row({ RADIOLOGIST: "all" }),
  "report-templates.manage": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all" }),
  /** The reading list: seeing it, claiming what is on it. */
  "reading.claim": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all", RESIDENT: "all" }),
  "reading.assign": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all" }),
  "findings.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "in-care",
  }),
  "findings.raise": row({ RADIOLOGIST: "all", RESIDENT: "all", TECHNOLOGIST: "all" }),
  /** `all`: recording a call that was made. `own`: what one was told of oneself. */
  "findings.acknowledge": row({ RADIOLOGIST: "all", PHYSICIAN: "own" }),
  "finding-policies.manage": row({ ADMINISTRATOR: "all" }),
  "bills.read": row({ ADMINISTRATOR: "all", FRONT_DESK: "all", BILLING: "all", INTEGRATION: "all" }),
  "bills.write": row({ ADMINISTRATOR: "all", BILLING: "all" }),
  "payments.take": row({ ADMINISTRATOR: "all", FRONT_DESK: "all", BILLING: "all" }),
  /** `own`: one's own figures. `for-bills`: those of money. */
  "analytics.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "own",
    TECHNOLOGIST: "own",
    BILLING: "for-bills",
  }),
  /** To see a patient's records for an hour although they are not in one's care, with a reason. */
  "break-glass": row({ RADIOLOGIST: "all", RESIDENT: "all", TECHNOLOGIST: "all", PHYSICIAN: "all" }),
  "staff.manage": row({ ADMINISTRATOR: "all" }),
  "on-call.manage": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all" }),
  "webhooks.manage": row({ ADMINISTRATOR: "all" }),
  /** To search other systems, and to have them send. */
  "remote.query": row({ ADMINISTRATOR: "all", RADIOLOGIST: "all", TECHNOLOGIST: "all" }),
  "log.write": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "all",
    PHYSICIAN: "all",
    FRONT_DESK: "all",
    BILLING: "all",
    INTEGRATION: "all",
  }),
  "log.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "all",
    RESIDENT: "all",
    TECHNOLOGIST: "own",
    PHYSICIAN: "own",
    FRONT_DESK: "own",
    BILLING: "own",
  }),
  "users.manage": row({ ADMINISTRATOR: "all" }),
  "facilities.manage": row({ ADMINISTRATOR: "all" }),
  "keys.manage": row({ ADMINISTRATOR: "all" }),
  "modalities.manage": row({ ADMINISTRATOR: "all" }),
  /** Systems that speak HL7 with us, and the messages, whose text is patients' data. */
  "hl7.manage": row({ ADMINISTRATOR: "all" }),
  /** `own`: what one did and looked at oneself. */
  "audit.read": row({
    ADMINISTRATOR: "all",
    RADIOLOGIST: "own",
    RESIDENT: "own",
    TECHNOLOGIST: "own",
    PHYSICIAN: "own",
    FRONT_DESK: "own",
    BILLING: "own",
  }),
  "jobs.read": row({ ADMINISTRATOR: "all" }),
  /** Having a job that gave up done again. */
  "jobs.manage": row({ ADMINISTRATOR: "all" }),
  "metrics.read": row({ ADMINISTRATOR: "all", INTEGRATION: "all" }),
  "demo.manage": row({ ADMINISTRATOR: "all" }),
} as const;

export type Permission = keyof typeof permissionTable;
export const permissions = Object.keys(permissionTable) as Permission[];

const strength: Readonly<Record<Reach, number>> = {
  all: 6,
  status: 5,
  final: 4,
  "for-bills": 3,
  "in-care": 2,
  "final-in-care": 2,
  own: 1,
};

/** The widest reach that any of the roles gives, or null where none does. */
export function reachOf(rolesHeld: readonly Role[], permission: Permission): Reach | null {
  let widest: Reach | null = null;
  for (const role of rolesHeld) {
    const reach = (permissionTable[permission] as Row)[role];
    if (reach && (widest === null || strength[reach] > strength[widest])) widest = reach;
  }
  return widest;
}
