import type { PeerPermission } from "@isocenter/contract";
import {
  registeredUid,
  SopClasses,
  sopClass,
  storageSopClasses,
  TransferSyntaxes,
  transferSyntax,
} from "@isocenter/dicom";
import {
  answerRoles,
  type Choice,
  contextResults,
  type ExtendedNegotiation,
  firstSupported,
  type IncomingRequest,
  type ProposedContext,
  type RoleSelection,
} from "@isocenter/dimse";
import { encodableTransferSyntaxes } from "@isocenter/imaging";

/** What an abstract syntax is to us. */
export interface Offer {
  service: "verification" | "storage" | "find" | "move" | "get" | "worklist" | "mpps";
  permission: PeerPermission;
  transferSyntaxes: ReadonlySet<string>;
}

/** Data sets that we read and write in DIMSE itself. */
const uncompressed: ReadonlySet<string> = new Set([
  TransferSyntaxes.ExplicitVRLittleEndian,
  TransferSyntaxes.ImplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRBigEndian,
]);

/**
 * What is stored as it comes: every transfer syntax that holds a whole object. JPIP holds a reference to pixels elsewhere, SMPTE ST 2110
 * is a stream beside the object, and the two of PS3.5 A.6 are no data sets.
 */
export const storageTransferSyntaxes: ReadonlySet<string> = new Set(
  Object.entries(TransferSyntaxes)
    .filter(([keyword]) => !/^(JPIP|SMPTE|RFC2557|XMLEncoding|Papyrus)/.test(keyword))
    .map(([, uid]) => uid)
    .filter((uid) => transferSyntax(uid) !== undefined),
);

const verification: Offer = { service: "verification", permission: "echo", transferSyntaxes: uncompressed };
const find: Offer = { service: "find", permission: "find", transferSyntaxes: uncompressed };
const retrieve = (service: "move" | "get"): Offer => ({
  service,
  permission: service,
  transferSyntaxes: uncompressed,
});
const worklist: Offer = { service: "worklist", permission: "worklist", transferSyntaxes: uncompressed };
const mpps: Offer = { service: "mpps", permission: "mpps", transferSyntaxes: uncompressed };
const storage: Offer = { service: "storage", permission: "store", transferSyntaxes: storageTransferSyntaxes };

const patientRoot = ["PATIENT", "STUDY", "SERIES", "IMAGE"];
const studyRoot = ["STUDY", "SERIES", "IMAGE"];

/** The query models, with their levels from the top (PS3.4 C.6.1, C.6.2). */
export const queryModels: Readonly<Record<string, readonly string[]>> = {
  [SopClasses.PatientRootQueryRetrieveInformationModelFind]: patientRoot,
  [SopClasses.StudyRootQueryRetrieveInformationModelFind]: studyRoot,
};

/** Modality Worklist (PS3.4 K.6.1.4). */
export const worklistModel = SopClasses.ModalityWorklistInformationModelFind;

/** Performed steps, and reading them (PS3.4 F.7, F.8). */
const performedStepClasses: readonly string[] = [
  SopClasses.ModalityPerformedProcedureStep,
  SopClasses.ModalityPerformedProcedureStepRetrieve,
];

/** The retrieve models (PS3.4 C.6.1, C.6.2). */
export const retrieveModels: Readonly<Record<string, { offer: Offer; levels: readonly string[] }>> = {
  [SopClasses.PatientRootQueryRetrieveInformationModelMove]: { offer: retrieve("move"), levels: patientRoot },
  [SopClasses.StudyRootQueryRetrieveInformationModelMove]: { offer: retrieve("move"), levels: studyRoot },
  [SopClasses.PatientRootQueryRetrieveInformationModelGet]: { offer: retrieve("get"), levels: patientRoot },
  [SopClasses.StudyRootQueryRetrieveInformationModelGet]: { offer: retrieve("get"), levels: studyRoot },
};

/** Where DICOM itself puts storage SOP classes: one that is newer than our dictionary is one all the same. */
const standardStorage = "1.2.840.10008.5.1.4.1.1.";
const storable: ReadonlySet<string> = new Set(storageSopClasses);
const dicomRoot = "1.2.840.10008.";

/** The service that we offer for an abstract syntax, which is a valid UID; null where there is none. */
export function offerFor(abstractSyntax: string): Offer | null {
  if (abstractSyntax === SopClasses.Verification) return verification;
  if (abstractSyntax in queryModels) return find;
  if (abstractSyntax === worklistModel) return worklist;
  if (performedStepClasses.includes(abstractSyntax)) return mpps;
  if (abstractSyntax in retrieveModels) return retrieveModels[abstractSyntax]!.offer;
  const known = sopClass(abstractSyntax);
  if (known) return storable.has(abstractSyntax) ? storage : null;
  // A transfer syntax or a coding scheme is nothing to be stored; a private SOP class is.
  if (registeredUid(abstractSyntax)) return null;
  return abstractSyntax.startsWith(standardStorage) || !abstractSyntax.startsWith(dicomRoot) ? storage : null;
}

/** What compresses the usual images, of 8 and 16 bits, grey and colour. */
const compressed: ReadonlySet<string> = new Set(
  encodableTransferSyntaxes({ rows: 512, columns: 512, bitsAllocated: 16, samplesPerPixel: 1 }).filter(
    (uid) =>
      encodableTransferSyntaxes({ rows: 512, columns: 512, bitsAllocated: 8, samplesPerPixel: 3 }).includes(
        uid,
      ),
  ),
);
const uncompressedOrCompressed: ReadonlySet<string> = new Set([...uncompressed, ...compressed]);

/**
 * Transfer syntaxes in which nearly everything of a SOP class can be given. On a context for C-GET they go before those that only some instances are kept
 * in: which one it will be is not known when the context is answered.
 */
function givable(abstractSyntax: string): ReadonlySet<string> {
  const keyword = sopClass(abstractSyntax)?.keyword ?? "";
  const isImage = /ImageStorage/.test(keyword) && !/SingleBit|Video/.test(keyword);
  return isImage ? uncompressedOrCompressed : uncompressed;
}

/** Answers one presentation context for a caller with these permissions, who wants to be SCP of these SOP classes for C-GET. */
export function chooseFor(
  permissions: readonly PeerPermission[],
  asScp: ReadonlySet<string> = new Set(),
): (context: ProposedContext) => Choice {
  return (context) => {
    const { abstractSyntax } = context;
    const offer = offerFor(abstractSyntax);
    if (!offer) return { refused: contextResults.abstractSyntaxNotSupported };
    const takes = offer === storage && asScp.has(abstractSyntax) && permissions.includes("get");
    if (!takes && !permissions.includes(offer.permission)) return { refused: contextResults.userRejection };
    const choice = firstSupported(context, takes ? givable(abstractSyntax) : offer.transferSyntaxes);
    return typeof choice === "string" || !takes ? choice : firstSupported(context, offer.transferSyntaxes);
  };
}

/** The SOP classes of which the caller wants to be SCP. */
export const scpRolesAsked = (request: IncomingRequest): ReadonlySet<string> =>
  new Set(request.user.roles.filter(({ scp }) => scp).map(({ sopClassUid }) => sopClassUid));

/**
 * The caller may be SCU of what it proposed, SCP of storage where it may C-GET (PS3.7 D.3.3.4), and of Storage Commitment, of which it tells us what it
 * keeps (PS3.4 J.3.3).
 */
export function grantRoles(
  request: IncomingRequest,
  permissions: readonly PeerPermission[],
): RoleSelection[] {
  const mayGet = permissions.includes("get");
  return answerRoles(request, (uid) => ({
    scu: true,
    scp: uid === SopClasses.StorageCommitmentPushModel || (mayGet && offerFor(uid) === storage),
  }));
}

/** What a query may do beyond the baseline (PS3.4 C.5.1.1, Table C.5-1). */
export interface QueryExtensions {
  combinedDateTime: boolean;
  fuzzy: boolean;
}

/**
 * Extended negotiation of the query models: relational queries, matching of date and time as one, fuzzy matching of person
 * names; not the adjustment of time zones. Of the retrieve models: relational retrieval (PS3.4 Table C.5-2), and no conversion of multi-frame objects. What
 * was not asked for is not switched on.
 */
export function negotiateQueries(request: IncomingRequest): {
  answers: ExtendedNegotiation[];
  extensions: ReadonlyMap<string, QueryExtensions>;
} {
  const extensions = new Map<string, QueryExtensions>();
  const answers: ExtendedNegotiation[] = [];
  for (const { sopClassUid, information } of request.user.extendedNegotiations) {
    if (sopClassUid in retrieveModels) {
      const answer = Uint8Array.from(information.subarray(0, 2), (byte, at) =>
        at === 0 && byte === 1 ? 1 : 0,
      );
      answers.push({ sopClassUid, information: answer });
    }
    if (!(sopClassUid in queryModels)) continue;
    const asked = [0, 1, 2].map((at) => information[at] === 1);
    extensions.set(sopClassUid, { combinedDateTime: asked[1]!, fuzzy: asked[2]! });
    const answer = Uint8Array.from(information.subarray(0, 4), (_, at) => (asked[at] ? 1 : 0));
    answers.push({ sopClassUid, information: answer });
  }
  return { answers, extensions };
}
