import {
  type ChangeNoticePreferences,
  type NoticeChannel,
  type NoticePreferences,
  noticeChannels,
  type TellingChannel,
} from "@isocenter/contract";
import { type Reader, Refusal, readMember, type Tx, type Viewer } from "../../platform/index.ts";
import type { InboxDeps } from "./inbox.ts";

function onlyPeople(viewer: Viewer): void {
  if (viewer.kind === "user") return;
  throw new Refusal("forbidden", "notice.only-people", "Only people are told by notices.");
}

const invalid = (path: string, message: string): Refusal =>
  new Refusal("invalid", "notice.invalid-preference", `${path} ${message}.`, { errors: [{ path, message }] });

/** The channels of this installation, and which of them work. */
export const channelsSetUp = async (
  db: Reader,
): Promise<{ channel: TellingChannel; available: boolean }[]> => [
  { channel: "IN_APP", available: true },
  ...(await db<{ channel: NoticeChannel; available: boolean }[]>`
    select channel, configured as available from notice_channel order by channel`),
];

/** @throws Refusal `forbidden` (`notice.only-people`) */
export async function getPreferences(db: Reader, viewer: Viewer): Promise<NoticePreferences> {
  onlyPeople(viewer);
  const preferences = await db<NoticePreferences["preferences"]>`
    select kind, channels from notice_preference where user_id = ${viewer.id} order by position, kind`;
  const channels = await db<NoticePreferences["channels"]>`
    select c.channel, c.configured and (c.channel <> 'EMAIL' or coalesce(u.email, '') <> '') as available
    from notice_channel c, app_user u where u.id = ${viewer.id} order by c.channel`;
  return { preferences: [...preferences], channels: [...channels] };
}

/** Replaces all. @throws Refusal `invalid` (`notice.invalid-preference`), `forbidden` (`notice.only-people`) */
export async function changePreferences(
  deps: InboxDeps,
  tx: Tx,
  viewer: Viewer,
  { preferences }: ChangeNoticePreferences,
): Promise<NoticePreferences> {
  onlyPeople(viewer);
  const kinds = new Set<string>();
  const rows = preferences.map(({ kind, channels }, index) => {
    const path = `body.preferences.${index}`;
    if (kinds.has(kind)) throw invalid(`${path}.kind`, "is named twice");
    kinds.add(kind);
    const read = channels.map((text, at) =>
      readMember(noticeChannels, text, "notice.invalid-preference", `${path}.channels.${at}`),
    );
    return {
      user_id: viewer.id,
      kind,
      channels: noticeChannels.filter((channel) => read.includes(channel)),
      position: index,
    };
  });
  // Two changes at once come one after the other.
  await tx`select from app_user where id = ${viewer.id} for update`;
  await tx`delete from notice_preference where user_id = ${viewer.id}`;
  if (rows.length > 0) await tx`insert into notice_preference ${tx(rows as never)}`;
  await deps.journal.record(tx, viewer, {
    type: "notice.preferences-changed",
    subject: { type: "user", id: viewer.id },
    facilityId: viewer.homeFacilityId || null,
    people: [viewer.id],
    data: { preferences: preferences.map(({ kind, channels }) => ({ kind, channels })) },
  });
  return getPreferences(tx, viewer);
}
