import net, { type Socket } from "node:net";
import tls from "node:tls";
import type { Hl7TestAnswer } from "@isocenter/contract";
import {
  type Config,
  type Platform,
  Refusal,
  readTlsMaterial,
  requirePermission,
  transact,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { systemRow } from "./queries.ts";
import type { Hl7SystemRow } from "./system.ts";

/** Why a connection did not come to be; a sentence for a person. */
export class Hl7ConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "Hl7ConnectionError";
  }
}

const problems: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens at this host and port.",
  ENOTFOUND: "There is no host of this name.",
  EAI_AGAIN: "The host's name could not be looked up.",
  EHOSTUNREACH: "The host is not to be reached.",
  ENETUNREACH: "The host's network is not to be reached.",
  ETIMEDOUT: "The host did not answer in time.",
  ECONNRESET: "The host closed the connection.",
};

function problemOf(error: unknown): string {
  const { code = "", message = "" } = (error ?? {}) as NodeJS.ErrnoException;
  if (problems[code]) return problems[code];
  // What an authority, a name or a date of a certificate comes to says so itself.
  return `It did not work: ${code || message}.`;
}

/**
 * A connection to where the system listens, by TLS where it is said: then its certificate must be the one put down for it, or lead to an authority that
 * this system trusts. The caller closes it.
 * @throws Hl7ConnectionError; Refusal `unavailable` (`tls.certificate`) where our certificate cannot be read
 */
export async function connectTo(
  config: Pick<Config, "tls">,
  row: Pick<Hl7SystemRow, "host" | "port" | "tls" | "certificate_sha256">,
  timeoutMs: number,
): Promise<Socket> {
  const { host, port } = row;
  if (host === null || port === null) throw new Hl7ConnectionError("Nothing is sent to it.");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = row.tls ? openTls(config, host, port, row.certificate_sha256) : net.connect({ host, port });
  const late = setTimeout(() => reject({ code: "ETIMEDOUT" }), timeoutMs);
  socket.once(row.tls ? "secureConnect" : "connect", () => resolve());
  socket.once("error", reject);
  socket.once("close", () => reject({ code: "ECONNRESET" }));
  try {
    await promise;
    if (row.certificate_sha256 !== null && socket instanceof tls.TLSSocket) {
      const shown = socket.getPeerCertificate().fingerprint256?.replaceAll(":", "").toLowerCase();
      if (shown !== row.certificate_sha256)
        throw new Hl7ConnectionError("It shows another certificate than the one put down for it.");
    }
    socket.removeListener("error", reject);
    return socket;
  } catch (error) {
    socket.on("error", () => {}).destroy();
    if (error instanceof Hl7ConnectionError) throw error;
    throw new Hl7ConnectionError(problemOf(error), error);
  } finally {
    clearTimeout(late);
  }
}

function openTls(
  config: Pick<Config, "tls">,
  host: string,
  port: number,
  fingerprint: string | null,
): tls.TLSSocket {
  const own = config.tls && readTlsMaterial(config.tls);
  if (own && "mistake" in own) throw new Refusal("unavailable", "tls.certificate", own.mistake);
  return tls.connect({
    host,
    port,
    minVersion: "TLSv1.2",
    ...(own ? { cert: own.cert, key: own.key } : {}),
    ...(net.isIP(host) ? {} : { servername: host }),
    // Compared when it is there, before anything is said.
    ...(fingerprint === null ? {} : { rejectUnauthorized: false }),
  });
}

const testTimeoutMs = 10_000;

/**
 * Whether the system listens where it is said to: a connection, and no message. What goes wrong on the way is the answer, not an error.
 * @throws Refusal `not-found`, `conflict` (`hl7-system.nothing-sent`), `forbidden`
 */
export async function testSystem(
  platform: Platform,
  journal: Journal,
  viewer: Viewer,
  id: string,
): Promise<Hl7TestAnswer> {
  requirePermission(viewer, "hl7.manage");
  const row = await systemRow(platform.db, viewer, id);
  if (row.host === null)
    throw new Refusal(
      "conflict",
      "hl7-system.nothing-sent",
      "It has no host and port: nothing is sent to it.",
    );
  const begun = platform.clock.now().getTime();
  const problem = await connectTo(platform.config, row, testTimeoutMs).then(
    (socket) => {
      socket.destroy();
      return null;
    },
    (error: unknown) => {
      if (error instanceof Hl7ConnectionError) return error.message;
      throw error;
    },
  );
  const milliseconds = Math.max(0, platform.clock.now().getTime() - begun);
  await transact(platform.db, async (tx) => {
    // What waits for it goes at once.
    if (problem === null) await tx`update hl7_systems set resume_at = null where id = ${id}`;
    await journal.record(tx, viewer, {
      type: "hl7-system.tested",
      subject: { type: "hl7-system", id },
      facilityId: row.facility_id,
      outcome: problem === null ? "success" : "failed",
      data: { milliseconds },
    });
  });
  return { reached: problem === null, milliseconds, problem };
}
