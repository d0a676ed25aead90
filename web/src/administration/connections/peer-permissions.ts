import type { PeerPermission } from "@isocenter/contract";
import { message, t } from "../../words/words.ts";

const words: Readonly<Record<PeerPermission, string>> = {
  echo: message("echo (C-ECHO)"),
  store: message("store images"),
  find: message("search (C-FIND)"),
  move: message("retrieve (C-MOVE)"),
  get: message("retrieve (C-GET)"),
  commit: message("storage commitment"),
  worklist: message("worklist"),
  mpps: message("performed steps"),
};

export const peerPermissionOptions = () =>
  Object.entries(words).map(([value, word]) => ({ value, word: t(word) }));

/** What kinds of applications mostly ask for: a start that the person changes. */
export const kinds = {
  scanner: { word: message("Scanner"), permissions: ["echo", "store", "commit", "worklist", "mpps"] },
  workstation: { word: message("Workstation"), permissions: ["echo", "store", "find", "move", "get"] },
  archive: { word: message("Archive"), permissions: ["echo", "store", "find", "move", "get", "commit"] },
} as const satisfies Record<string, { word: string; permissions: readonly PeerPermission[] }>;
export type Kind = keyof typeof kinds;

/** The kind that has just these permissions, if there is one. */
export const kindOf = (permissions: readonly string[]): Kind | null =>
  (Object.keys(kinds) as Kind[]).find(
    (kind) =>
      kinds[kind].permissions.length === permissions.length &&
      kinds[kind].permissions.every((permission) => permissions.includes(permission)),
  ) ?? null;
