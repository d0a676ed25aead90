import { type Argon2Parameters, argon2, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createGate, Refusal } from "../../platform/index.ts";

/** What a hash costs. The hash says its own, so that it can be raised later. */
export interface PasswordCost {
  memoryKiB: number;
  passes: number;
}

/** PASSWORD_HASH_MIB, by default 64: more than OWASP's least (19 MiB, 2 passes); about a tenth of a second. */
export const configuredCost = ({ passwordHashMiB }: { passwordHashMiB: number }): PasswordCost => ({
  memoryKiB: passwordHashMiB * 1024,
  passes: 2,
});

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Takes the same time where there is no hash. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether the hash was made at another cost, and is to be made anew while the password is at hand. */
  isDated(hash: string): boolean;
}

const derive = promisify((parameters: Argon2Parameters, done: (error: Error | null, key: Buffer) => void) =>
  argon2("argon2id", parameters, done),
);

/** Hashes at once, each of which takes tens of megabytes and a thread; and how many may wait. */
const atOnce = 4;
const longestQueue = 64;

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** Argon2id (RFC 9106), written in the PHC string format: `$argon2id$v=19$m=65536,t=2,p=1$salt$hash`. Runs on libuv's threads. */
export function createPasswordHasher(cost: PasswordCost): PasswordHasher {
  const limited = createGate({
    atOnce,
    maxWaiting: longestQueue,
    refusal: () =>
      new Refusal("too-many", "auth.busy", "Too many people sign in at this moment. Try again.", {
        retryAfter: 2,
      }),
  });
  const { memoryKiB, passes } = cost;
  const prefix = `$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$`;
  const run = (message: string, nonce: Buffer, memory: number, iterations: number, length: number) =>
    limited(() =>
      derive({
        message: Buffer.from(message.normalize("NFKC")),
        nonce,
        memory,
        passes: iterations,
        parallelism: 1,
        tagLength: length,
      }),
    );
  const noSalt = Buffer.alloc(16);
  return {
    async hash(password) {
      const salt = randomBytes(16);
      const key = await run(password, salt, memoryKiB, passes, 32);
      return `${prefix}${unpadded(salt)}$${unpadded(key)}`;
    },
    async verify(hash, password) {
      const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
        hash ?? "",
      );
      if (!parts) {
        await run(password, noSalt, memoryKiB, passes, 32);
        return false;
      }
      const [, memory, iterations, salt, expected] = parts as unknown as [
        string,
        string,
        string,
        string,
        string,
      ];
      const wanted = Buffer.from(expected, "base64");
      const key = await run(
        password,
        Buffer.from(salt, "base64"),
        Number(memory),
        Number(iterations),
        wanted.length,
      );
      return timingSafeEqual(key, wanted);
    },
    isDated: (hash) => !hash.startsWith(prefix),
  };
}

export const shortestPassword = 12;
const longestPassword = 256;

/** What people take when a rule asks for length: these, with digits or signs around them, are refused. */
const commonCores = new Set(
  `password passw0rd passwort motdepasse contrasena senha wachtwoord qwerty qwertz azerty qwertyuiop asdfghjkl zxcvbnm letmein welcome
  willkommen bienvenue iloveyou sunshine princess football baseball superman batman dragon monkey master shadow michael jennifer
  trustno admin administrator root user guest test testing login changeme default secret temp temporary hospital clinic radiology
  radiologie radiologia xray mri imaging isocenter pacs dicom doctor doktor nurse medical medicine health healthcare summer winter
  spring autumn january february monday friday hello computer internet samsung google company correcthorsebatterystaple
  qwertyuiopasdfghjkl passwordpassword adminadmin thisismypassword mypassword iamgroot whatever starwars pokemon liverpool chelsea arsenal`.split(
    /\s+/,
  ),
);

const sequences = ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm"];

const isSequence = (text: string): boolean => {
  const backwards = [...text].reverse().join("");
  return sequences.some((sequence) => sequence.includes(text) || sequence.includes(backwards));
};

/** What is wrong with a new password, in a sentence, or null. Length first: signs and digits are not asked for (NIST SP 800-63B). */
function passwordMistake(password: string, username: string): string | null {
  const length = [...password].length;
  if (length < shortestPassword)
    return `The password needs at least ${shortestPassword} characters; this has ${length}.`;
  if (length > longestPassword) return `The password may have at most ${longestPassword} characters.`;
  const folded = password.normalize("NFKC").toLowerCase();
  const name = username.normalize("NFKC").toLowerCase();
  if (name.length >= 3 && folded.includes(name)) return "The password must not contain the user name.";
  if (new Set(folded).size < 5) return "The password repeats too few characters.";
  if (isSequence(folded)) return "The password is a sequence of the keyboard.";
  const core = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const spelled = core.replace(/[^\p{L}]/gu, "");
  if (core.length < 3 || commonCores.has(core) || commonCores.has(spelled) || isSequence(core))
    return "This password is too common: it is among the first that are tried.";
  return null;
}

/** @throws Refusal `invalid` (`password.too-weak`) */
export function checkNewPassword(password: string, username: string, path: string): void {
  const mistake = passwordMistake(password, username);
  if (mistake)
    throw new Refusal("invalid", "password.too-weak", mistake, { errors: [{ path, message: mistake }] });
}

const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Four groups of five that can be read aloud and typed: 116 random bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
