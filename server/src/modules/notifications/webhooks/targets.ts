import { BlockList, isIP } from "node:net";
import { Refusal } from "../../../platform/index.ts";

/** Networks as `address/bits` (RFC 6890 and its registries). */
function networks(names: readonly string[]): BlockList {
  const list = new BlockList();
  for (const name of names) {
    const [address = "", bits] = name.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  }
  return list;
}

/** Of this machine and its link, among them the metadata services of clouds; and addresses that stand for others. Never reached. */
const never = networks([
  "0.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "64:ff9b::/96",
  "2001::/32",
  "2002::/16",
  "fe80::/10",
  "ff00::/8",
]);

/** Reached where the configuration names them. */
const unlisted = networks([
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "::1/128",
  "64:ff9b:1::/48",
  "2001:db8::/32",
  "fc00::/7",
  "fec0::/10",
]);

const contains = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

export interface Targets {
  /** @throws Refusal `invalid` (`webhook.invalid-url`) for what a webhook may not lead to, as far as the URL tells */
  check(url: string): void;
  /** For the address that is connected to, after the name of the URL was resolved. */
  mayReach(url: string): (address: string) => boolean;
}

/** Where webhooks may lead: to public addresses by https; to those of `WEBHOOK_PRIVATE_HOSTS` also where they are private, and by http. */
export function createTargets(privateHosts: readonly string[]): Targets {
  const listed = networks(privateHosts.filter((host) => isIP(host.split("/")[0] ?? "") !== 0));
  const names = new Set(privateHosts);
  const hostOf = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const isListed = (host: string) => names.has(host) || (isIP(host) !== 0 && contains(listed, host));

  const mayReach = (url: string) => {
    const named = names.has(hostOf(url));
    return (address: string) =>
      !contains(never, address) && (!contains(unlisted, address) || named || contains(listed, address));
  };

  return {
    check(url) {
      const refuse = (message: string): never => {
        throw new Refusal("invalid", "webhook.invalid-url", `url ${message}.`, {
          errors: [{ path: "body.url", message }],
        });
      };
      const parsed = URL.parse(url) ?? refuse("must be a URL");
      if (parsed.username !== "" || parsed.password !== "") refuse("must not hold a user or a password");
      if (parsed.hash !== "") refuse("must not have a fragment");
      const host = hostOf(url);
      if (parsed.protocol === "http:" ? !isListed(host) : parsed.protocol !== "https:")
        refuse("must begin with https://, or lead to a host of WEBHOOK_PRIVATE_HOSTS");
      if (isIP(host) !== 0 && !mayReach(url)(host))
        refuse("must lead to a public address, or to one of WEBHOOK_PRIVATE_HOSTS");
    },
    mayReach,
  };
}
