import { createHash } from "node:crypto";
import {
  acknowledgement,
  answersWanted,
  encodeCharacters,
  type Header,
  type Message,
  writeMessage,
} from "@isocenter/hl7";
import {
  type Hl7Sender,
  type Hl7SystemRow,
  putDown,
  type ReceivedMessage,
  type RecognizeSystem,
} from "../../../modules/peers/index.ts";
import { newId, type Platform, type Tx, type Viewer } from "../../../platform/index.ts";
import type { Done, InboundDeps } from "./inbound.ts";
import { internalError, type SaidRefusal, saidOf } from "./refusals.ts";

export interface Received {
  /** Messages to be sent back, without their frames. */
  answers: Buffer[];
  outcome: "accepted" | "refused" | "rejected" | "repeated";
}

export interface ReceiveDeps extends InboundDeps {
  platform: Pick<Platform, "db" | "log" | "config">;
  recognize: RecognizeSystem;
}

/** What came to be of a message, before it is put down. */
export interface Verdict {
  status: ReceivedMessage["status"];
  done: Done;
  said: SaidRefusal | null;
}

export const nothingDone: Done = { patientId: null, subject: null };

/** As a column of text takes it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL keeps no NUL, and nobody a control character in a name
export const plain = (text: string): string => text.replace(/[\x00-\x1f]/g, "").trim();

export const rejection = (code: string, reason: string): SaidRefusal => ({
  code: "AR",
  errors: [{ condition: "207", code, text: reason }],
  reason,
});

export function refused(error: unknown): Verdict & { said: SaidRefusal } {
  const said = saidOf(error) ?? internalError;
  return { status: said.code === "AR" ? "REJECTED" : "REFUSED", done: nothingDone, said };
}

export interface Concluded {
  header: Header | null;
  bytes: Buffer;
  sender: Hl7Sender;
  system: Hl7SystemRow | null;
  facilityId: string | null;
  viewer: Viewer;
  message: Message | null;
  verdict: Verdict;
  /** The row of an earlier attempt. */
  before: string | null;
}

/** Puts the message down with what came to be of it, and answers it. */
export async function conclude(
  deps: ReceiveDeps,
  tx: Tx,
  concluded: Concluded,
  fact: "hl7-message.received" | "hl7-message.retried" = "hl7-message.received",
): Promise<Received> {
  const { header, bytes, sender, system, facilityId, viewer, message, verdict, before } = concluded;
  const text = answerText(deps, header, verdict);
  await putDown(
    deps,
    tx,
    viewer,
    {
      system,
      facilityId,
      sender,
      controlId: plain(header?.controlId ?? ""),
      messageType: header ? plain([header.type, header.event].filter((one) => one !== "").join("^")) : "",
      text: bytes,
      characters:
        message?.characterSets[0] ??
        (header?.characterSets[0] ? plain(header.characterSets[0]) : null) ??
        system?.character_set ??
        null,
      contentSha256: contentOf(bytes),
      status: verdict.status,
      reason: verdict.said?.reason ?? null,
      acknowledgement: text,
      patientId: verdict.done.patientId,
      subject: verdict.done.subject,
    },
    before,
    fact,
  );
  const outcome = { ACCEPTED: "accepted", REFUSED: "refused", REJECTED: "rejected" } as const;
  return { answers: encodeAnswers(text, header, system), outcome: outcome[verdict.status] };
}

/** The answers that the message asks for, one behind the other: that it is kept (enhanced mode), and what became of it. */
function answerText({ clock, platform }: ReceiveDeps, header: Header | null, { said }: Verdict): string {
  const wanted = answersWanted(header, said === null);
  const answer = (code: "AA" | "AE" | "AR" | "CA" | "CE" | "CR") =>
    writeMessage(
      acknowledgement(header, {
        code,
        controlId: newId(clock).replaceAll("-", "").slice(0, 20).toUpperCase(),
        at: clock.now(),
        application: platform.config.aeTitle,
        errors: code === "CA" ? [] : (said?.errors ?? []),
      }),
    );
  // It is kept whatever comes of it; who does not want to hear what that is hears of a refusal by this one.
  const negative = said?.code === "AR" ? "CR" : "CE";
  const accept = said === null || wanted.application ? "CA" : negative;
  return (wanted.accept ? answer(accept) : "") + (wanted.application ? answer(said?.code ?? "AA") : "");
}

/** In the characters of the message; what they do not have is a question mark. */
export function encodeAnswers(text: string, header: Header | null, system: Hl7SystemRow | null): Buffer[] {
  const sets =
    header && header.characterSets.length > 0 ? header.characterSets : [system?.character_set ?? "ASCII"];
  return text
    .split(/(?=^MSH)/m)
    .filter((one) => one !== "")
    .map((one) =>
      Buffer.from(encodeCharacters(one, sets) ?? Buffer.from(one.replace(/[^\x20-\x7e\r]/gu, "?"), "latin1")),
    );
}

/** What follows MSH, whose time a sender that repeats itself may write anew. */
export function contentOf(bytes: Buffer): Buffer {
  const end = bytes.findIndex((byte) => byte === 0x0d || byte === 0x0a);
  return createHash("sha256")
    .update(end < 0 ? Buffer.alloc(0) : bytes.subarray(end))
    .digest();
}
