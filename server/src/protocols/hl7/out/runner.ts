import { setTimeout as sleep } from "node:timers/promises";
import { decodeCharacters } from "@isocenter/hl7";
import type { Logger } from "pino";
import type { ClaimedSystem, OutMessage, OutSystem, OutWork, SentEnd } from "../../../modules/peers/index.ts";
import { type Clock, Refusal } from "../../../platform/index.ts";
import type { About, Addressed, Builder } from "./build.ts";
import { type Link, LinkError } from "./link.ts";

export interface Runner {
  start(): void;
  /** What is on its way is answered or given up first; it is sent again after the next start. */
  stop(): Promise<void>;
  /** For tests: sends everything that is due, and returns when nothing is. */
  drain(): Promise<void>;
}

export interface RunnerDeps {
  clock: Clock;
  log: Logger;
  work: OutWork;
  builder: Builder;
  link: (system: OutSystem) => Link;
}

/** Systems at a time in this process; one that says nothing keeps none of the others waiting. */
const systemsAtOnce = 8;
/** Then others may have their turn. */
const mostInARow = 100;
const pollMs = 1000;
/** For the answer to what is on its way when the program ends. */
const graceMs = 5000;

/** MSH-18 of what a system is sent. */
const characterSetOf = ({ character_set }: Pick<OutSystem, "character_set">): string =>
  character_set ?? "UNICODE UTF-8";

const addressed = (system: OutSystem, controlId: string): Addressed => ({
  receiver: {
    application: system.application,
    facility: system.sending_facility,
    version: system.hl7_version,
    characterSet: characterSetOf(system),
    patientIdIssuer: system.patient_id_issuer,
    pdf: system.pdf,
  },
  facility: { id: system.facility_id, name: system.facility_name, timeZone: system.time_zone },
  controlId,
});

/** Sends what waits, to several systems beside each other. */
export function createRunner({ clock, log, work, builder, link }: RunnerDeps): Runner {
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();
  /** Connections that are kept, by system and by what it says of itself: one that is changed gets another. */
  const links = new Map<string, { version: number; link: Link }>();
  let running: Promise<void> | null = null;

  function linkTo(system: OutSystem): Link {
    const kept = links.get(system.id);
    if (kept?.version === system.version) return kept.link;
    kept?.link.close();
    const made = link(system);
    links.set(system.id, { version: system.version, link: made });
    return made;
  }

  /** The message as it is to be sent; null where it may not be any more. */
  async function textOf(claimed: ClaimedSystem, message: OutMessage): Promise<Uint8Array | null> {
    if (message.text.length > 0) return message.text;
    const { system } = claimed;
    const built = await builder.build(
      message.about as About,
      addressed(system, message.control_id),
      clock.now(),
    );
    return (await work.made(claimed, message, built.bytes, characterSetOf(system), built.patientId))
      ? built.bytes
      : null;
  }

  async function attempt(
    claimed: ClaimedSystem,
    message: OutMessage,
  ): Promise<{ end: SentEnd; acknowledgement: string | null } | null> {
    let text: Uint8Array | null;
    try {
      text = await textOf(claimed, message);
    } catch (error) {
      if (error instanceof Refusal && error.kind !== "unavailable")
        return { end: { kind: "hopeless", reason: error.message }, acknowledgement: null };
      log.error({ err: error, message: message.id }, "an HL7 message could not be made");
      return {
        end: { kind: "rejected", reason: "It could not be made here; the log says why." },
        acknowledgement: null,
      };
    }
    if (text === null) return null;
    try {
      const answer = await linkTo(claimed.system).send(text, message.control_id);
      const acknowledgement = decodeCharacters(answer.bytes, [characterSetOf(claimed.system)]).text;
      return { end: endOf(answer), acknowledgement };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      return { end: { kind: error.kind, reason: error.message }, acknowledgement: null };
    }
  }

  async function serve(claimed: ClaimedSystem): Promise<void> {
    try {
      for (let sent = 0; sent < mostInARow && !stopping.signal.aborted; sent++) {
        const message = await work.head(claimed);
        if (message === null) break;
        const tried = await attempt(claimed, message);
        if (tried === null) break;
        if (!(await work.settle(claimed, message, tried.end, tried.acknowledgement))) break;
      }
    } catch (error) {
      log.error({ err: error, system: claimed.system.id }, "sending HL7 messages failed; it is tried again");
    } finally {
      await work.release(claimed).catch((error: unknown) => {
        log.warn({ err: error }, "the HL7 queue of a system could not be given back");
      });
    }
  }

  /** @returns whether there was something to do */
  async function next(): Promise<boolean> {
    if (busy.size >= systemsAtOnce) return false;
    const claimed = await work.claim();
    if (!claimed) return false;
    const task = serve(claimed).finally(() => busy.delete(task));
    busy.add(task);
    return true;
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const worked = await next().catch((error: unknown) => {
        log.error({ err: error }, "the HL7 queue failed; it tries again");
        return false;
      });
      if (!worked) await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.race([Promise.all(busy), sleep(graceMs)]);
      for (const { link } of links.values()) link.close();
      links.clear();
      await Promise.all(busy);
    },
    async drain() {
      for (;;) {
        if (await next()) continue;
        if (busy.size === 0) return;
        await Promise.race(busy);
      }
    },
  };
}

/** Accepted for keeping (CA) is taken: we ask for no second answer. */
function endOf({ code, text }: { code: string; text: string }): SentEnd {
  const reason = text === "" ? "The receiver gave no reason." : text;
  switch (code) {
    case "AA":
    case "CA":
      return { kind: "acknowledged" };
    case "AR":
    case "CR":
      return { kind: "rejected", reason };
    default:
      return { kind: "refused", reason };
  }
}
