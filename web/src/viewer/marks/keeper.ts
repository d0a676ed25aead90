import { KeptConflict, type KeptList } from "../desk.ts";
import { createStore, type Store } from "../stack/store.ts";
import { canonical, merge } from "./merge.ts";

export interface KeeperState {
  state: "loading" | "kept" | "saving" | "failed";
  /** Why it could not be read or kept. */
  error: string;
}

export interface Keeper<T> {
  state: Store<KeeperState>;
  /** What is to be kept from now on; written after a moment. */
  put(items: readonly T[]): void;
  /** What the server has, or will have. */
  items(): readonly T[];
  retry(): void;
  /** Writes at once what is not written yet. */
  dispose(): void;
}

interface KeeperOptions<T> {
  list: KeptList<T>;
  keyOf: (item: T) => string;
  /** Told of what was read, and of what somebody else has changed. */
  onItems: (items: readonly T[]) => void;
  delayMs?: number;
}

/** After so many conflicts in a row somebody is writing all the time. */
const maximumConflicts = 5;

/** Keeps a list on the server in step with the one here: written a moment after each change, brought together with changes of others. */
export function createKeeper<T>({ list, keyOf, onItems, delayMs = 600 }: KeeperOptions<T>): Keeper<T> {
  const state = createStore<KeeperState>({ state: "loading", error: "" });
  let base: readonly T[] = [];
  let version: number | undefined;
  let wanted: readonly T[] | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing = false;
  let disposed = false;

  const fail = (error: unknown) =>
    state.set({ state: "failed", error: error instanceof Error ? error.message : String(error) });

  /** Reads the newest and puts our changes upon it. */
  async function read(): Promise<void> {
    const kept = await list.read();
    const before = base;
    [base, version] = [kept.items, kept.version];
    if (wanted) wanted = merge(before, wanted, kept.items, keyOf);
    onItems(wanted ?? kept.items);
  }

  async function load(): Promise<void> {
    state.set({ state: "loading", error: "" });
    try {
      await read();
      state.set({ state: "kept", error: "" });
    } catch (error) {
      fail(error);
      return;
    }
    if (wanted) await write();
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (writing || version === undefined) return;
    writing = true;
    let conflicts = 0;
    try {
      while (wanted) {
        const items = wanted;
        if (canonical(items) === canonical(base)) {
          wanted = undefined;
          break;
        }
        state.set({ state: "saving", error: "" });
        try {
          const kept = await list.write(items, version);
          [base, version] = [items, kept.version];
          if (wanted === items) wanted = undefined;
        } catch (error) {
          if (!(error instanceof KeptConflict) || ++conflicts > maximumConflicts) throw error;
          await read();
        }
      }
      state.set({ state: "kept", error: "" });
    } catch (error) {
      fail(error);
    } finally {
      writing = false;
    }
  }

  const guard = (event: BeforeUnloadEvent) => {
    if (wanted) event.preventDefault();
  };
  globalThis.addEventListener?.("beforeunload", guard);
  void load();
  return {
    state,
    put(items) {
      if (disposed) return;
      if (!wanted && canonical(items) === canonical(base)) return;
      wanted = items;
      if (state.get().state === "kept") state.set({ state: "saving", error: "" });
      clearTimeout(timer);
      timer = setTimeout(() => void write(), delayMs);
    },
    items: () => wanted ?? base,
    retry: () => void (version === undefined ? load() : write()),
    dispose() {
      disposed = true;
      globalThis.removeEventListener?.("beforeunload", guard);
      if (timer !== undefined) void write();
    },
  };
}
