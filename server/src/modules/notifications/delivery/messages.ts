import type { FacilityLanguage, NoticeLevel } from "@isocenter/contract";

/** What is said outside the app: nothing clinical, and of nobody but the reader. */
interface Messages {
  /** By kind, by its noun, and what is said of the rest. */
  kinds: Readonly<Record<string, string>>;
  nouns: Readonly<Record<string, string>>;
  alarm: string;
  notice: string;
  /** The subject of one that may have arrived already. */
  repeated(sentence: string): string;
  toldBefore: string;
  interrupted: string;
  signIn: string;
  readHere(url: string): string;
  nobodyReads: string;
}

const english: Messages = {
  kinds: {
    "report.available": "A report is available",
    "report.patient-changed": "A report that you had is another patient's",
    "delivery.gave-up": "A notice could not be delivered",
    "finding.acknowledged": "A critical finding was acknowledged",
    "finding.alarm": "Nobody has answered a critical finding",
    "finding.changed": "A critical finding was changed",
    "finding.follow-up-due": "A follow-up of a critical finding is due",
    "finding.late": "A critical finding was not answered in time",
    "finding.voided": "A critical finding was taken back",
    "hl7-message.failed": "HL7 messages do not reach their system",
    "hl7-system.away": "An HL7 system does not answer",
    "job.gave-up": "A job gave up",
    "webhook.disabled": "A webhook was disabled because its receiver does not answer",
  },
  nouns: {
    finding: "A critical finding waits for you",
    report: "There is news of a report",
    order: "There is news of an order",
    study: "There is news of a study",
    "break-glass": "Emergency access to a patient's records was used",
  },
  alarm: "An alarm waits for you",
  notice: "A notice waits for you",
  repeated: (sentence) => `${sentence} (sent again)`,
  toldBefore: "You were told of it before, and nobody has answered yet.",
  interrupted: "You may have received this message already: sending it was interrupted.",
  signIn: "Sign in to Isocenter to read it.",
  readHere: (url) => `Read it here: ${url}`,
  nobodyReads: "This message was written by Isocenter; nobody reads answers to it.",
};

const french: Messages = {
  kinds: {
    "report.available": "Un compte rendu est disponible",
    "report.patient-changed": "Un compte rendu que vous aviez est celui d’un autre patient",
    "delivery.gave-up": "Un avis n’a pas pu être remis",
    "finding.acknowledged": "La réception d’un résultat critique a été confirmée",
    "finding.alarm": "Personne n’a répondu à un résultat critique",
    "finding.changed": "Un résultat critique a été modifié",
    "finding.follow-up-due": "Le suivi d’un résultat critique est à échéance",
    "finding.late": "Un résultat critique est resté sans réponse dans le délai",
    "finding.voided": "Un résultat critique a été retiré",
    "hl7-message.failed": "Des messages HL7 n’atteignent pas leur système",
    "hl7-system.away": "Un système HL7 ne répond pas",
    "job.gave-up": "Une tâche a été abandonnée",
    "webhook.disabled": "Un webhook a été désactivé, car son destinataire ne répond pas",
  },
  nouns: {
    finding: "Un résultat critique vous attend",
    report: "Il y a du nouveau concernant un compte rendu",
    order: "Il y a du nouveau concernant une demande",
    study: "Il y a du nouveau concernant un examen",
    "break-glass": "Un accès d’urgence au dossier d’un patient a été utilisé",
  },
  alarm: "Une alarme vous attend",
  notice: "Un avis vous attend",
  repeated: (sentence) => `${sentence} (nouvel envoi)`,
  toldBefore: "Vous en avez déjà été averti, et personne n’a encore répondu.",
  interrupted: "Vous avez peut-être déjà reçu ce message : son envoi a été interrompu.",
  signIn: "Connectez-vous à Isocenter pour le lire.",
  readHere: (url) => `À lire ici : ${url}`,
  nobodyReads: "Ce message a été écrit par Isocenter ; personne ne lit les réponses.",
};

const messages: Readonly<Record<FacilityLanguage, Messages>> = { en: english, fr: french };

function sentenceOf({ kinds, nouns, alarm, notice }: Messages, kind: string, level: NoticeLevel): string {
  const noun = kind.slice(0, Math.max(0, kind.indexOf(".")));
  if (Object.hasOwn(kinds, kind)) return kinds[kind]!;
  if (Object.hasOwn(nouns, noun)) return nouns[noun]!;
  return level === "ALARM" ? alarm : notice;
}

interface Told {
  kind: string;
  level: NoticeLevel;
  data: Readonly<Record<string, unknown>>;
  /** Of the facility that it is of. */
  language: FacilityLanguage;
}

/**
 * What a person reads outside the app. Who may have it already, or was told of the same before, is told so.
 * @param repeated an attempt before may have arrived
 */
export function messageOf(
  { kind, level, data, language }: Told,
  repeated: boolean,
): { subject: string; more: string[] } {
  const said = messages[language];
  const sentence = sentenceOf(said, kind, level);
  return {
    subject: repeated ? said.repeated(sentence) : sentence,
    more: [...(data.again === true ? [said.toldBefore] : []), ...(repeated ? [said.interrupted] : [])],
  };
}

/** The whole text of an e-mail. @param publicUrl where the app is, as far as that is known */
export function mailText(notice: Told, repeated: boolean, publicUrl: string | null): string {
  const { signIn, readHere, nobodyReads } = messages[notice.language];
  const { subject, more } = messageOf(notice, repeated);
  const where = publicUrl === null ? signIn : readHere(publicUrl);
  return `${[`${subject}.`, ...more, where, nobodyReads].join("\n\n")}\n`;
}
