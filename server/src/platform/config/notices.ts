import { isIP } from "node:net";
import type { ConfigValues } from "./reader.ts";

/** By which channels notices go beside the app, and where webhooks may lead. */
export interface NoticeSettings {
  /** null: no e-mail. */
  smtp: { url: string; from: string } | null;
  /** null: no notification service. `secret` signs; null: made once and kept under `dataDir`. */
  service: { url: string; secret: string | null } | null;
  /** Hosts and networks that webhooks may reach although they are private, and by http. */
  webhookPrivateHosts: readonly string[];
}

const shortestSecret = 32;

function smtp(values: ConfigValues, publicUrl: string | null): NoticeSettings["smtp"] {
  const url = values.url("SMTP_URL", ["smtp:", "smtps:"], values.secret("SMTP_URL") ?? undefined);
  const given = values.raw("SMTP_FROM");
  if (given !== undefined && !/^(?:[^<>\r\n]+ )?<?[^\s<>@,;]+@[^\s<>@,;]+>?$/.test(given))
    values.mistakes.push(`SMTP_FROM: expected an address such as "Radiology <radiology@example.org>".`);
  if (url === null) return null;
  const from = given ?? (publicUrl ? `Isocenter <isocenter@${new URL(publicUrl).hostname}>` : null);
  if (from === null)
    values.mistakes.push("SMTP_FROM: SMTP_URL needs it, or PUBLIC_URL, to know who writes the e-mails.");
  return { url, from: from ?? "" };
}

function service(values: ConfigValues): NoticeSettings["service"] {
  const text = values.secret("NOTIFICATION_SERVICE_URL") ?? undefined;
  const url = values.url("NOTIFICATION_SERVICE_URL", ["http:", "https:"], text);
  const secret = values.secret("NOTIFICATION_SERVICE_SECRET");
  if (secret !== null && secret.length < shortestSecret)
    values.mistakes.push(`NOTIFICATION_SERVICE_SECRET: expected at least ${shortestSecret} characters.`);
  return url === null ? null : { url, secret };
}

function privateHosts(values: ConfigValues): string[] {
  const hosts = (values.raw("WEBHOOK_PRIVATE_HOSTS") ?? "")
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");
  for (const host of hosts) {
    const [address = "", bits, more] = host.split("/");
    const network =
      isIP(address) !== 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128)));
    const name = bits === undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(address);
    if (more !== undefined || !(network || name))
      values.mistakes.push(
        `WEBHOOK_PRIVATE_HOSTS: expected host names, addresses and networks such as 10.1.0.0/16, found "${host}".`,
      );
  }
  return hosts;
}

export const noticeSettings = (values: ConfigValues, publicUrl: string | null): NoticeSettings => ({
  smtp: smtp(values, publicUrl),
  service: service(values),
  webhookPrivateHosts: privateHosts(values),
});
