/**
 * The journal: what happened and who looked at what.
 *
 * Owns the tables `fact`, `access`, `journal_head`, `seal`, `reader_cursor`. Records the facts `log.written` and `audit.verified`. Keeps: a fact is
 * written in the transaction that makes it true; an access is written within a second, also at shutdown; one sealer gives
 * every committed entry its position and its hash, so that readers that follow positions skip nothing; what is sealed cannot be changed,
 * removed, added to or reordered unseen.
 */

/** Facts of whoever has no `Journal` at hand, in the caller's transaction; sealed with what else is committed, or within a second. */
export { insertFacts } from "./entries.ts";
export { factsAbout, type RecordedFact } from "./facts-about.ts";
export { createJournal, type JournalOptions } from "./journal.ts";
export { listAudit } from "./queries.ts";
export { journalRoutes } from "./routes.ts";
export * from "./types.ts";
