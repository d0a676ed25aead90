import type { Notice } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { queryClient, useLive } from "../api/live.ts";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";

export const mostShown = 50;
const withoutFeedMs = 20_000;

/** The newest notices of the person, and how many are unread. */
export const useNotices = () => {
  const live = useLive().status === "live";
  return useQuery({
    queryKey: ["notices"],
    meta: { live: ["notice"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/notifications", { params: { query: { limit: mostShown } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: live ? false : withoutFeedMs,
  });
};

/** Whom an alarm is about, where it is about a finding that the person may see and that waits. Nobody counts as reached by it. */
export function useAlarmed(alarm: Pick<Notice, "subject"> | undefined) {
  const mayRead = useMe()?.permissions.includes("findings.read") ?? false;
  const id = alarm?.subject.type === "finding" ? alarm.subject.id : null;
  const { data } = useQuery({
    queryKey: ["findings", "alarmed", id],
    meta: { live: ["finding", "patient"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/critical-findings/{id}/alarm", { params: { path: { id: id ?? "" } }, signal }),
      ),
    enabled: mayRead && id !== null,
  });
  return data?.status === "OPEN" || data?.status === "NOTIFIED" ? data : undefined;
}

const changed = () => void queryClient.invalidateQueries({ queryKey: ["notices"] });

export const readNotice = (id: string) =>
  answerOf(api.POST("/api/v1/notifications/{id}/read", { params: { path: { id } } })).finally(changed);
export const readAllNotices = () =>
  answerOf(api.POST("/api/v1/notifications/read-all", { body: {} })).finally(changed);

const words: Readonly<Record<string, string>> = {
  "access.broken-glass": message("Somebody opened a record outside their care"),
  "access.care-claimed": message("A physician took a patient into their care by an order"),
  "access.vip-viewed": message("A watched patient was looked at"),
  "bill.price-missing": message("An examination has no price"),
  "delivery.gave-up": message("A message could not be delivered"),
  "finding.acknowledged": message("A critical finding was acknowledged"),
  "finding.alarm": message("Nobody has answered a critical finding"),
  "finding.changed": message("A critical finding was changed"),
  "finding.escalated": message("A critical finding was passed on to you"),
  "finding.follow-up-due": message("A follow-up is due"),
  "finding.late": message("A critical finding is late"),
  "finding.raised": message("A critical finding waits for your answer"),
  "finding.voided": message("A critical finding was withdrawn"),
  "hl7-message.failed": message("HL7 messages do not reach their system"),
  "hl7-system.away": message("An HL7 system does not answer"),
  "job.gave-up": message("A job of the system gave up"),
  "order.status-changed": message("An order moved on"),
  "reading.assigned": message("A study was given to you to read"),
  "reading.taken-over": message("A study that you had was taken over"),
  "report.available": message("A report is there"),
  "report.patient-changed": message("A report that you had is another patient's"),
  "report.discrepancy": message("A report was marked as discrepant"),
  "study.stat-arrived": message("A STAT study has arrived"),
  "webhook.disabled": message("A webhook was switched off"),
};

const orderStates: Readonly<Record<string, string>> = {
  SCHEDULED: message("An examination was scheduled"),
  ARRIVED: message("A patient has arrived"),
  IN_PROGRESS: message("An examination has begun"),
  COMPLETED: message("An examination is done"),
  CANCELLED: message("An order was cancelled"),
  NO_SHOW: message("A patient did not come"),
};

/** What a notice says, without anything of the patient. */
export function noticeWords(notice: Pick<Notice, "kind" | "data">): string {
  const state = notice.kind === "order.status-changed" ? orderStates[String(notice.data.to)] : undefined;
  return t(state ?? words[notice.kind] ?? notice.kind);
}

/** Where a notice leads; null where there is no page for it. */
export function noticePlace({ subject, data }: Pick<Notice, "subject" | "data">): string | null {
  switch (subject.type) {
    case "order":
      return `/orders/${subject.id}`;
    case "patient":
      return `/patients/${subject.id}`;
    case "job":
      return "/administration/jobs";
    case "webhook":
      return "/administration/webhooks";
    case "finding":
      return `/findings?finding=${subject.id}`;
    case "report":
      return typeof data.studyId === "string" ? `/report/${data.studyId}` : null;
    case "study":
      return `/report/${subject.id}`;
    case "hl7-message":
      return `/administration/hl7-messages?id=${subject.id}`;
    case "hl7-system":
      return `/administration/hl7-systems?id=${subject.id}`;
    default:
      return null;
  }
}

/** Says that a notice stays unread. */
export const noticeNotRead = () =>
  toast({
    tone: "urg",
    title: t("The notice could not be marked as read"),
    detail: t("Try again in a moment."),
  });
