import type { Platform } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { PasswordCheck } from "./report.ts";

/** What the routes of this room need. */
export interface ReportsDeps {
  platform: Platform;
  journal: Journal;
  identity: PasswordCheck;
}
