import fs from "node:fs/promises";
import net from "node:net";
import { frameOf } from "@isocenter/hl7";
import { afterAll, beforeAll } from "vitest";
import { type Api, judgingClient, made, readContract, type Sent } from "./contract.ts";
import type { MadeInstance } from "./instances.ts";
import { adminPassword, type Program, startProgram } from "./program.ts";

/** Of Ada, who calls. */
export const password = "a-long-password-for-everybody";

export const path = (id: string) => ({ params: { path: { id } } });

export const fileForm = (files: readonly MadeInstance[]) => () => {
  const form = new FormData();
  for (const [at, { bytes }] of files.entries())
    form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), `${at}.dcm`);
  return form;
};

export type ContractClient = ReturnType<typeof contractClient>;

/**
 * The real program and the client that is generated from its document, signed in as an administrator who reads; whatever comes back is judged by the document.
 * Call at the top of the file.
 */
export function contractClient() {
  const contract = readContract();
  const wrong: string[] = [];
  const sent = new Map<string, Sent>();
  let program: Program;
  let token: string | null = null;
  let adminToken = "";
  let api: Api;
  let facilityId = "";
  let userId = "";

  beforeAll(async () => {
    program = await startProgram();
    api = judgingClient(contract, { baseUrl: program.url, token: () => token, wrong, sent });
    token = (
      await made(api.POST("/api/v1/users/login", { body: { username: "admin", password: adminPassword } }))
    ).accessToken;
    adminToken = token;
    facilityId = (await made(api.GET("/api/v1/facilities"))).data[0]!.id;
    const user = await made(
      api.POST("/api/v1/users", {
        body: {
          username: "ada",
          fullName: "Ada Byron",
          email: "ada@clinic.example",
          roles: ["ADMINISTRATOR", "RADIOLOGIST"],
          facilityIds: [facilityId],
          password: "for-the-first-time-only",
        },
      }),
    );
    userId = user.id;
    await signIn("ada", "for-the-first-time-only");
    await made(
      api.POST("/api/v1/users/me/password", {
        body: { currentPassword: "for-the-first-time-only", newPassword: password },
      }),
    );
    await signIn("ada", password);
  });

  afterAll(async () => {
    await program?.stop();
    if (program) await fs.rm(program.dataDir, { recursive: true, force: true });
  });

  async function signIn(username: string, secret: string): Promise<void> {
    token = (await made(api.POST("/api/v1/users/login", { body: { username, password: secret } })))
      .accessToken;
  }

  /** Sends a message to the HL7 port, and answers with what comes back. */
  function tell(message: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = net.connect(program.hl7Port, "127.0.0.1", () =>
      socket.write(frameOf(Buffer.from(message))),
    );
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
      if (answer.endsWith("\x1c\r")) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("The connection was closed without an answer.")));
    return promise;
  }

  let patients = 0;
  const newPatient = () =>
    made(
      api.POST("/api/v1/patients", {
        body: {
          firstName: "Jane",
          lastName: `Doe${++patients}`,
          birthDate: "1970-01-02",
          sex: "f",
          identifiers: [{ value: `CONTRACT-${patients}` }],
        },
      }),
    );

  /** Uploads DICOM files; the image of a single one. */
  async function upload(...files: MadeInstance[]) {
    const answer = await made(
      api.POST("/api/v1/images", { body: { file: [""] }, bodySerializer: fileForm(files) }),
    );
    return answer as { id: string; studyId: string; patientId: string; seriesInstanceUid: string };
  }

  return {
    contract,
    /** What was not as the document says. */
    wrong,
    /** The first call of each operation that succeeded. */
    sent,
    get program() {
      return program;
    },
    get api() {
      return api;
    },
    get facilityId() {
      return facilityId;
    },
    get userId() {
      return userId;
    },
    /** Of the first administrator, as whom nobody calls. */
    get adminToken() {
      return adminToken;
    },
    get token() {
      return token;
    },
    /** Calls with another token from now on. @returns the one before */
    become(other: string | null): string | null {
      const before = token;
      token = other;
      return before;
    },
    signIn,
    tell,
    newPatient,
    upload,
  };
}
