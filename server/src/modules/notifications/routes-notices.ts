import {
  ChangeNoticePreferences,
  Id,
  Notice,
  NoticeList,
  NoticeListQuery,
  NoticePreferences,
  Nullable,
  ReadAll,
  ReadAllAnswer,
} from "@isocenter/contract";
import { Type } from "typebox";
import { listAnswer, type Platform, type Routes, transact } from "../../platform/index.ts";
import { type InboxDeps, listNotices, readAllNotices, readNotice } from "./inbox.ts";
import { changePreferences, getPreferences } from "./preferences.ts";

const tags = ["Notices"];
const config = { signedIn: true } as const;

/** `/notifications`: what one is told of, and by which ways. */
export function noticeRoutes({ db }: Pick<Platform, "db">, deps: InboxDeps): Routes {
  return (app) => {
    app.get(
      "/notifications",
      {
        config,
        schema: {
          tags,
          summary: "One's own notices, the newest first",
          querystring: NoticeListQuery,
          response: { 200: NoticeList },
        },
      },
      async (request) => {
        const page = await listNotices(db, request.viewer, request.query);
        return { ...listAnswer(request, request.query, page), unread: page.unread };
      },
    );
    app.post(
      "/notifications/:id/read",
      {
        config,
        schema: {
          tags,
          summary: "Marks a notice as read; that acknowledges nothing",
          params: Type.Object({ id: Id }),
          response: { 200: Notice },
        },
      },
      (request) => transact(db, (tx) => readNotice(deps, tx, request.viewer, request.params.id)),
    );
    app.post(
      "/notifications/read-all",
      {
        config,
        schema: {
          tags,
          summary: "Marks all as read, but alarms",
          body: Nullable(ReadAll),
          response: { 200: ReadAllAnswer },
        },
      },
      async (request) => ({
        read: await transact(db, (tx) => readAllNotices(deps, tx, request.viewer, request.body?.kind)),
      }),
    );
    app.get(
      "/notifications/preferences",
      {
        config,
        schema: {
          tags,
          summary: "By which channels one is told of what",
          response: { 200: NoticePreferences },
        },
      },
      (request) => getPreferences(db, request.viewer),
    );
    app.put(
      "/notifications/preferences",
      {
        config,
        schema: {
          tags,
          summary: "Chooses channels by kind of notice",
          body: ChangeNoticePreferences,
          response: { 200: NoticePreferences },
        },
      },
      (request) => transact(db, (tx) => changePreferences(deps, tx, request.viewer, request.body)),
    );
  };
}
