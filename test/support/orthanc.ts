import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "./ports.ts";
import { eventually } from "./program.ts";

const program = "/usr/sbin/Orthanc";

/** Whether Orthanc is installed. Where it is not, tests skip with a printed reason; with ISOCENTER_REQUIRE_TOOLS=1 they fail. */
export function orthancMissing(): false | string {
  if (existsSync(program)) return false;
  const reason = "Orthanc is not installed";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

export interface Orthanc {
  url: string;
  dicomPort: number;
  stop(): Promise<void>;
}

/** Starts Orthanc as `ORTHANC`, which knows these applications by name. */
export async function startOrthanc(
  modalities: Record<string, { AET: string; Host: string; Port: number }>,
): Promise<Orthanc> {
  const folder = await mkdtemp(path.join(tmpdir(), "isocenter-orthanc-"));
  const [httpPort, dicomPort] = (await freePorts(2)) as [number, number];
  const settings = {
    StorageDirectory: folder,
    IndexDirectory: folder,
    HttpPort: httpPort,
    DicomPort: dicomPort,
    DicomAet: "ORTHANC",
    DicomAlwaysAllowGet: true,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: [],
    DicomModalities: Object.fromEntries(
      Object.entries(modalities).map(([name, modality]) => [name, { ...modality, Manufacturer: "Generic" }]),
    ),
  };
  const file = path.join(folder, "orthanc.json");
  await writeFile(file, JSON.stringify(settings));
  const child = spawn(program, [file], { stdio: "ignore", env: { ...process.env, TCP_NODELAY: "1" } });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${httpPort}`;
  await eventually(() =>
    fetch(`${url}/system`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    url,
    dicomPort,
    async stop() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
