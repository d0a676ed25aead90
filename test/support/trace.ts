import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";

/** Whether strace is there and may attach. Where not, tests skip with a printed reason; with ISOCENTER_REQUIRE_TOOLS=1 they fail. */
export function straceMissing(): false | string {
  const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]);
  if (tried.status === 0) return false;
  const reason = tried.error ? "strace is not installed" : `strace may not attach here: ${tried.stderr}`;
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** What tells of files and of what is said over sockets; long enough to see what a statement names. */
export const traceArguments = [
  "--seccomp-bpf",
  "-yy",
  "-s",
  "6000",
  "-e",
  "trace=openat,fsync,fdatasync,write,writev,pwrite64,pwritev,sendto,sendmsg",
] as const;

/** One system call. Places are lines of the trace: what ended in an earlier line happened before. */
export interface Call {
  name: string;
  /** As strace writes them: descriptors with the file or the socket behind them. */
  args: string;
  /** What the call was made on: a path, or `protocol:[ends of the socket]`. For openat the file that was opened. */
  on: string;
  begun: number;
  ended: number;
}

/** The calls of a trace in the order in which they ended. */
export async function readTrace(file: string): Promise<Call[]> {
  const lines = (await fs.readFile(file, "latin1")).split("\n");
  const open = new Map<string, { name: string; args: string; begun: number }>();
  const calls: Call[] = [];
  const add = (name: string, args: string, result: string, begun: number, ended: number) => {
    const on = /^\d+<(.*?)>(?=[,)\s]|$)/.exec(name === "openat" ? result : args)?.[1] ?? "";
    calls.push({ name, args, on, begun, ended });
  };
  for (const [index, line] of lines.entries()) {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>(.*)\) += (.*)$/.exec(text);
    if (resumed) {
      const first = open.get(thread);
      open.delete(thread);
      if (first) add(first.name, first.args + resumed[2], resumed[3]!, first.begun, index);
      continue;
    }
    const unfinished = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(text);
    if (unfinished) {
      open.set(thread, { name: unfinished[1]!, args: unfinished[2]!, begun: index });
      continue;
    }
    const whole = /^(\w+)\((.*)\) += (.*)$/.exec(text);
    if (whole) add(whole[1]!, whole[2]!, whole[3]!, index, index);
  }
  return calls;
}
