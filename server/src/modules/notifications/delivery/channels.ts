import { randomBytes } from "node:crypto";
import type { NoticeChannel } from "@isocenter/contract";
import type { Transporter } from "nodemailer";
import { type Config, keptSecret, type Platform } from "../../../platform/index.ts";
import { post } from "../post.ts";
import { signatureHeader, signatureOf } from "../signature.ts";
import { mailText, messageOf } from "./messages.ts";
import type { AttemptEnd } from "./rules.ts";
import type { Claimed } from "./work.ts";

/** A way by which notices go. Never throws for what the other side does. */
export interface Channel {
  readonly name: NoticeChannel;
  send(delivery: Claimed): Promise<AttemptEnd>;
}

/** nodemailer's error, as far as it tells us something. */
interface MailError {
  code?: string;
  command?: string;
  responseCode?: number;
  syscall?: string;
}

/** Before a byte of the message was sent. */
const beforeTheMessage = new Set(["EDNS", "ETLS", "EAUTH", "EENVELOPE", "ENOAUTH", "EOAUTH2", "EMESSAGE"]);

function mailEnd({ code = "", command, responseCode, syscall }: MailError): AttemptEnd {
  const word = /^[A-Z0-9_]{2,32}$/.test(code) ? code : "error";
  if (code === "EAUTH")
    return {
      outcome: "FAILED",
      error: `The mail server refused user or password (${responseCode ?? word}).`,
    };
  if (responseCode !== undefined) {
    // Of the recipient, and for good (RFC 5321 4.2.1).
    const final = code === "EENVELOPE" && command === "RCPT TO" && responseCode >= 500;
    const what = code === "EENVELOPE" ? "the recipient or the sender" : "the message";
    return { outcome: "FAILED", error: `The mail server refused ${what} (${responseCode}).`, final };
  }
  if (beforeTheMessage.has(code) || syscall === "connect" || (code === "ETIMEDOUT" && command === "CONN"))
    return { outcome: "FAILED", error: `The mail server was not reached (${word}).` };
  return { outcome: "UNKNOWN", error: `The connection to the mail server broke off (${word}).` };
}

/** The library is read with the first mail: many departments send none. */
async function openTransport(url: string): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  return createTransport({
    url,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    dnsTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** E-mail by SMTP: a sentence and a link, nothing clinical. */
function emailChannel({ url, from }: { url: string; from: string }, publicUrl: string | null): Channel {
  let transport: Promise<Transporter> | undefined;
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? "isocenter";
  return {
    name: "EMAIL",
    async send({ notice, recipient, idempotencyKey, repeated }) {
      const { subject } = messageOf(notice, repeated);
      try {
        transport ??= openTransport(url);
        await (await transport).sendMail({
          from,
          to: recipient.email ?? "",
          subject,
          text: mailText(notice, repeated, publicUrl),
          messageId: `<${idempotencyKey}@${domain}>`,
          priority: notice.level === "ALARM" ? "high" : "normal",
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return { outcome: "SENT", error: null };
      } catch (error) {
        return mailEnd(error as MailError);
      }
    },
  };
}

/** A service of the site that knows how to reach people: SMS, pager, chat. */
function serviceChannel(platform: Pick<Platform, "clock" | "config">, url: string, secret: string): Channel {
  const { clock, config } = platform;
  return {
    name: "SERVICE",
    async send({ id, notice, recipient, idempotencyKey, attempt, repeated }) {
      const { subject, more } = messageOf(notice, repeated);
      const body = JSON.stringify({
        id,
        type: "notice",
        attempt,
        repeated,
        text: more.length === 0 ? subject : `${[subject, ...more].join(". ")}`,
        url: config.publicUrl,
        notice: { ...notice, createdAt: notice.createdAt.toISOString() },
        recipient,
      });
      const { error, unknown } = await post({
        url,
        headers: {
          "x-isocenter-delivery": id,
          "idempotency-key": idempotencyKey,
          [signatureHeader]: signatureOf(clock, [secret], body),
        },
        body,
      });
      if (error === null) return { outcome: "SENT", error: null };
      return { outcome: unknown ? "UNKNOWN" : "FAILED", error };
    },
  };
}

export const newSecret = (): string => `whsec_${randomBytes(32).toString("base64url")}`;

/** The channels that are configured. */
export function configuredChannels(platform: Pick<Platform, "clock" | "config">): Channel[] {
  const { config } = platform;
  const { smtp, service }: Config["notices"] = config.notices;
  const channels: Channel[] = [];
  if (smtp !== null) channels.push(emailChannel(smtp, config.publicUrl));
  if (service !== null) {
    const secret = service.secret ?? keptSecret(config.dataDir, "notification-service", newSecret);
    channels.push(serviceChannel(platform, service.url, secret));
  }
  return channels;
}
