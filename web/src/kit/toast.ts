import { useSyncExternalStore } from "react";

export interface ToastMessage {
  id: number;
  title: string;
  detail?: string;
  tone?: "ok" | "urg";
  action?: { label: string; run: () => void };
}

const most = 4;
let next = 1;
let messages: readonly ToastMessage[] = [];
const listeners = new Set<() => void>();

function change(after: readonly ToastMessage[]) {
  messages = after;
  for (const listener of listeners) listener();
}

/** Says something that may be missed without harm. What must be read belongs on the page. */
export function toast(message: Omit<ToastMessage, "id">): void {
  change([...messages, { ...message, id: next++ }].slice(-most));
}

export function dismissToast(id: number): void {
  change(messages.filter((message) => message.id !== id));
}

export const useToasts = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => messages,
  );
