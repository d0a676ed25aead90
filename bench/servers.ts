import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface BenchServer {
  name: string;
  pid: number;
  dicomPort: number;
  aeTitle: string;
  /** DICOMweb's root; null where there is none. */
  dicomweb: string | null;
  headers: Record<string, string>;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, "..");
const password = "bench-password-0123456789";

async function answering(url: string, process: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (process.exitCode !== null) throw new Error(`the server of ${url} ended with ${process.exitCode}`);
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
  throw new Error(`no answer from ${url}`);
}

function stopper(child: ChildProcess): () => Promise<void> {
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await exited;
  };
}

export async function startIsocenter(folder: string, port: number): Promise<BenchServer> {
  const child = spawn(process.execPath, [path.join(repository, "server/bin/isocenter.js"), "start"], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: "127.0.0.1",
      DICOM_PORT: String(port + 1),
      HL7_PORT: "0",
      DATA_DIR: path.join(folder, "isocenter"),
      ADMIN_PASSWORD: password,
      LOG_LEVEL: "warn",
      DISK_RESERVE_BYTES: "0",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await answering(`http://127.0.0.1:${port}/health/ready`, child);
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/users/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password }),
  });
  const { accessToken } = (await answer.json()) as { accessToken: string };
  // An access token ends before a long run does.
  const made = await fetch(`http://127.0.0.1:${port}/api/v1/api-keys`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ name: "bench", roles: ["ADMINISTRATOR"] }),
  });
  const { key } = (await made.json()) as { key: string };
  return {
    name: "Isocenter",
    pid: child.pid!,
    dicomPort: port + 1,
    aeTitle: "ISOCENTER",
    dicomweb: `http://127.0.0.1:${port}/dicomweb`,
    headers: { authorization: `Bearer ${key}` },
    stop: stopper(child),
  };
}

export async function startOrthanc(folder: string, port: number): Promise<BenchServer> {
  const data = path.join(folder, "orthanc");
  await fs.mkdir(data, { recursive: true });
  const config = path.join(folder, "orthanc.json");
  await fs.writeFile(
    config,
    JSON.stringify({
      StorageDirectory: data,
      IndexDirectory: data,
      HttpPort: port,
      DicomPort: port + 1,
      DicomAet: "ORTHANC",
      AuthenticationEnabled: false,
      RemoteAccessAllowed: false,
      DicomCheckCalledAet: false,
      Plugins: ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
      DicomWeb: { Enable: true, Root: "/dicom-web/" },
    }),
  );
  const child = spawn("Orthanc", [config], { env: { ...process.env, TCP_NODELAY: "1" }, stdio: "ignore" });
  await answering(`http://127.0.0.1:${port}/system`, child);
  return {
    name: "Orthanc",
    pid: child.pid!,
    dicomPort: port + 1,
    aeTitle: "ORTHANC",
    dicomweb: `http://127.0.0.1:${port}/dicom-web`,
    headers: {},
    stop: stopper(child),
  };
}

/** DCMTK's receiver: writes files, keeps no index, so it is close to what the disk and the loopback give. */
export async function startStorescp(folder: string, port: number): Promise<BenchServer> {
  const data = path.join(folder, "storescp");
  await fs.mkdir(data, { recursive: true });
  const child = spawn("storescp", ["--fork", "-od", data, "-aet", "STORESCP", String(port)], {
    env: { ...process.env, TCP_NODELAY: "1" },
    stdio: "ignore",
  });
  await sleep(500);
  return {
    name: "storescp",
    pid: child.pid!,
    dicomPort: port,
    aeTitle: "STORESCP",
    dicomweb: null,
    headers: {},
    stop: stopper(child),
  };
}
