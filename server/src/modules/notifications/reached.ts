import type { TellingChannel } from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";

/** A notice that has reached its recipient: they read it here (`IN_APP`), or the receiver of a channel took it. */
export interface Reached {
  noticeId: string;
  subject: { type: string; id: string };
  recipientId: string;
  by: TellingChannel;
  /** Who read it; null where a channel took it. */
  viewer: Viewer | null;
}

/** Of an upper room: told in the transaction that writes it down, so that neither is known without the other. */
export type ReachedFollower = (tx: Tx, reached: readonly Reached[]) => Promise<void>;
