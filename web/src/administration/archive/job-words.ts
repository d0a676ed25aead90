import { message, t } from "../../words/words.ts";

/** What each kind of background work does; test/tidy/jobs.test.ts holds that none is without words. */
const words: Readonly<Record<string, string>> = {
  "analytics.acknowledged": message("Count for Insight who has looked at reports"),
  "archive.fill-orthanc-ids": message("Give older images the identifiers that Orthanc's programs use"),
  "archive.prepare-metadata": message("Prepare a new study so that it opens at once"),
  "archive.remove-objects": message("Remove the files of purged images"),
  "archive.settle-study": message("Call a study complete when no image has come for a while"),
  "archive.sweep-orphans": message("Clear away files that no image names"),
  "billing.overdue": message("Mark bills that are overdue"),
  "billing.price": message("Draft bills for what has a price now"),
  "demo.live": message("Play the days of the demonstration"),
  "fhir.forget-results": message("Forget which results were sent to the EHR long ago"),
  "fhir.send-results": message("Send a patient's signed reports to the EHR"),
  "findings.escalate": message("Pass on critical findings that nobody answered in time"),
  "findings.wake": message("Look at a critical finding when its time is over"),
  "http.deferred": message("Answer a long request of another program"),
  "http.forget-deferred": message("Forget answers of long requests that nobody fetched"),
  "identity.clean": message("Forget sessions that have ended"),
  "notifications.deliver": message("Send a notice by e-mail or message"),
  "notifications.deliver-again": message("Send notices again that did not get through"),
  "notifications.forget-webhook-deliveries": message("Forget old deliveries to webhooks"),
  "notifications.jobs-that-gave-up": message("Tell administrators of background work that gave up"),
  "notifications.webhooks": message("Tell other systems of an event by a webhook"),
  "notifications.webhooks-again": message("Tell webhooks again that could not be reached"),
  "peers.clear-hl7-messages": message("Forget HL7 messages that were settled long ago"),
  "peers.clear-send-queue": message("Clear the send queue of what was sent long ago"),
  "platform.forget-idempotency-keys": message("Forget requests that can no longer be repeated"),
  "rendering.make-thumbnails": message("Draw the small pictures of a study"),
  "reports.archive-papers": message("Store a signed report and its measurements with the images"),
  "reports.mark-papers": message("Mark the documents of a report whose study is another patient's"),
  "worklist.vip-looks": message("See who looked at the records of watched patients"),
};

/** What a job does, in words; its name where it is of another version of the program. */
export function jobWords(name: string): string {
  const said = words[name];
  return said ? t(said) : name;
}
