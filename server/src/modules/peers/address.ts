import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Clock } from "../../platform/index.ts";

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveByDns: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

const keptMs = 60_000;
const maxKept = 1000;
const lookupTimeoutMs = 3000;

/** An IPv4 address that came over an IPv6 socket is the IPv4 address. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return (mapped?.[1] ?? address).toLowerCase().replace(/%.*$/, "");
}

/** Whether an address is one of this machine: loopback, or of its own interfaces, which a caller on it uses as well. */
export function isThisMachine(address: string): boolean {
  const plain = plainAddress(address);
  if (plain === "::1" || /^127\.\d+\.\d+\.\d+$/.test(plain)) return true;
  return Object.values(networkInterfaces()).some((own) =>
    own?.some((entry) => plainAddress(entry.address) === plain),
  );
}

/** Tells whether a host (an address or a name) has an address; names are asked for once a minute. Never throws. */
export function createHostCheck(
  clock: Clock,
  resolve: Resolve,
): (host: string, address: string) => Promise<boolean> {
  const kept = new Map<string, { addresses: readonly string[]; until: number }>();

  async function addressesOf(host: string): Promise<readonly string[]> {
    if (isIP(host)) return [plainAddress(host)];
    const now = clock.now().getTime();
    const known = kept.get(host);
    if (known && known.until > now) return known.addresses;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly string[]>((done) => {
      timer = setTimeout(() => done([]), lookupTimeoutMs);
    });
    const found = await Promise.race([resolve(host).catch(() => []), late]).finally(() =>
      clearTimeout(timer),
    );
    const addresses = found.map(plainAddress);
    if (addresses.length > 0) {
      if (kept.size >= maxKept) kept.clear();
      kept.set(host, { addresses, until: now + keptMs });
    }
    return addresses;
  }

  return async (host, address) => (await addressesOf(host)).includes(plainAddress(address));
}
