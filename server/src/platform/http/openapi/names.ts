/** What an operation is called in generated clients: made from its method and path by one rule, so names stay as paths do. */

/** Where the rule's name would be no good one. */
const exceptions: Readonly<Record<string, string>> = {
  "POST /users/login": "login",
  "POST /users/refresh": "refreshTokens",
  "POST /users/logout": "logout",
  "GET /users/me": "getMe",
  "POST /users/me/password": "changeMyPassword",
  "GET /users/me/preferences": "getMyPreferences",
  "PUT /users/me/preferences": "replaceMyPreferences",
  "GET /modalities/knocking": "listKnockingCallers",
  "POST /modalities/knocking/{id}/let-in": "letKnockingCallerIn",
  "DELETE /modalities/knocking/{id}": "dismissKnockingCaller",
  "POST /modalities/{id}/find": "findInModality",
  "POST /modalities/{id}/move": "moveFromModality",
  "POST /modalities/{id}/send": "sendToModality",
  "POST /patients/merges/{id}/undo": "undoPatientMerge",
  "GET /images/links/{token}": "getLinkedImage",
  "POST /images/upload": "uploadImages",
  "POST /dicom/upload": "uploadDicom",
  "GET /dicom/wado/{sopInstanceUID}": "getDicomFile",
  "GET /dicom/instances/{orthancInstanceId}/preview": "getDicomPreview",
  "POST /examens-medicaux/images": "createExamImage",
  "GET /examens-medicaux/{examenID}": "getExam",
  "GET /examens-medicaux/{examenID}/images": "listExamImages",
  "POST /notifications/{id}/read": "markNotificationRead",
  "POST /notifications/read-all": "markAllNotificationsRead",
  "POST /reports/{id}/entered-in-error": "markReportEnteredInError",
  "POST /reports/{id}/discrepancy": "markReportDiscrepancy",
  "POST /critical-findings/{id}/follow-up": "followUpCriticalFinding",
  "GET /critical-findings/pending": "listPendingCriticalFindings",
  "GET /critical-findings/{id}/alarm": "getCriticalFindingAlarm",
  "GET /billing": "listBills",
  "POST /billing": "createBill",
  "GET /billing/{id}": "getBill",
  "PATCH /billing/{id}": "updateBill",
  "PUT /billing/{id}/pay": "payBill",
  "POST /billing/{id}/refunds": "createRefund",
  "POST /billing/{id}/void": "voidBill",
  "GET /billing/patient/{patientId}": "listBillsByPatient",
  "GET /billing/patient/{patientId}/total": "getBillTotalByPatient",
  "GET /billing/aging": "getBillAging",
  "GET /billing/payments": "listPayments",
  "GET /billing/without-price": "listOrdersWithoutPrice",
  "DELETE /billing/without-price/{orderId}": "dismissOrderWithoutPrice",
  "POST /break-glass": "breakGlass",
  "GET /send-queue": "listSendItems",
  "GET /send-queue/destinations": "listDestinations",
  "GET /studies/{id}/readers": "listReaders",
  "GET /send-queue/{id}": "getSendItem",
  "POST /send-queue/{id}/retry": "retrySendItem",
  "POST /send-queue/{id}/cancel": "cancelSendItem",
  "GET /staff/{id}": "getStaffMember",
  "POST /staff": "createStaffMember",
  "PATCH /staff/{id}": "updateStaffMember",
  "GET /events": "followEvents",
  "GET /logs": "listLogEntries",
  "POST /logs": "createLogEntry",
  "GET /audit": "listAuditEntries",
  "GET /notifications": "listNotifications",
  "DELETE /users/{id}/sessions": "endUserSessions",
  "GET /quarantine": "listQuarantineItems",
  "GET /quarantine/{id}": "getQuarantineItem",
  "GET /quarantine/{id}/content": "getQuarantineItemContent",
  "POST /quarantine/{id}/resolve": "resolveQuarantineItem",
  "POST /quarantine/{id}/undo": "undoQuarantineItem",
  "GET /reconciliation": "listReconciliationItems",
  "GET /reconciliation/{id}": "getReconciliationItem",
  "POST /reconciliation/{id}/resolve": "resolveReconciliationItem",
  "POST /reconciliation/{id}/undo": "undoReconciliationItem",
  "GET /studies/{id}/export": "exportStudy",
  "GET /studies/accession/{accessionNumber}": "getStudiesByAccessionNumber",
  "GET /reports/{id}/dicom": "getReportDocuments",
  "GET /search": "search",
  "POST /modalities/{id}/get": "fetchFromModality",
  "GET /break-glass": "listBrokenGlass",
  "POST /studies/{id}/images": "registerStudyImage",
  "POST /studies": "registerStudy",
  "POST /patients/duplicates-check": "checkPatientDuplicates",
  "POST /demo": "loadDemonstration",
  "GET /demo": "readDemonstration",
  "POST /exports": "exportStudies",
};

/** Singular words that are things, not doings, behind an item: `POST /x/{id}/metadata` makes one. */
const things = new Set(["metadata", "password", "content", "care-team"]);

const pascal = (segment: string): string =>
  segment
    .split(/[-_.]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/** Plural in form, whatever their number. */
const invariable = new Set(["series", "analytics"]);

function singular(segment: string): string {
  if (invariable.has(segment) || !segment.endsWith("s") || /[su]s$/.test(segment)) return segment;
  if (segment.endsWith("ies")) return `${segment.slice(0, -3)}y`;
  return segment.endsWith("sses") ? segment.slice(0, -2) : segment.slice(0, -1);
}

const isParameter = (segment: string | undefined): boolean => segment?.startsWith("{") === true;
const isPlural = (segment: string): boolean => singular(segment) !== segment || invariable.has(segment);

/** `signReport`: the last word is what is done to the item before it; `reset-password` on a user is `resetUserPassword`. */
function actionName(action: string, item: string): string {
  const [verb = "", ...rest] = action.split("-");
  return verb + item + pascal(rest.join("-"));
}

/**
 * The operationId of a method and a path with `{parameters}`, such as `GET /api/v1/reports/{id}/versions`: `listReportVersions`.
 * `isList`: the answer is a list.
 */
export function operationIdOf(method: string, path: string, isList: boolean): string {
  const plain = path.replace(/^\/api\/v1(?=\/)/, "");
  const exception = exceptions[`${method} ${plain}`];
  if (exception) return exception;
  const segments = plain.split("/").filter((segment) => segment !== "");
  const by = segments.flatMap((segment, at) =>
    at > 0 && !isPlural(segment) && !isParameter(segment) && isParameter(segments[at + 1])
      ? [`By${pascal(segment)}`]
      : [],
  );
  const parts = segments.flatMap((segment, at) => {
    if (isParameter(segment)) return [];
    const isBy = at > 0 && !isPlural(segment) && isParameter(segments[at + 1]);
    return isBy ? [] : [{ segment, item: isParameter(segments[at + 1]) }];
  });
  const last = parts.at(-1) ?? { segment: "root", item: false };
  const before = parts
    .slice(0, -1)
    .map(({ segment }) => pascal(singular(segment)))
    .join("");
  const end = by.join("");
  const thing = before + pascal(singular(last.segment)) + end;
  const isAction = !last.item && parts.length > 1 && !isPlural(last.segment) && !things.has(last.segment);
  if (method === "GET") {
    if (last.item) return `get${thing}`;
    if (last.segment === "verify") return `verify${before}${end}`;
    return `${isList ? "list" : "get"}${before}${pascal(last.segment)}${end}`;
  }
  if (isAction && method !== "PATCH" && method !== "DELETE" && segments.some(isParameter))
    return actionName(last.segment, before + end);
  if (method === "POST") return `create${thing}`;
  if (method === "PATCH") return `update${thing}`;
  if (method === "DELETE") return `delete${last.item ? thing : before + pascal(last.segment) + end}`;
  return `replace${before}${pascal(last.segment)}${end}`;
}
