import { expect, test } from "vitest";
import {
  acknowledgement,
  answersWanted,
  headerOf,
  parseMessage,
  readAcknowledgement,
  writeMessage,
} from "./index.ts";

const at = new Date("2026-03-01T09:00:00Z");
const received = (version: string, more = "") =>
  headerOf(parseMessage(Buffer.from(`MSH|^~\\&|RIS|HOSP|ISO|RAD|20260301||ORM^O01|42|P|${version}${more}`)));
const answer = (version: string, more = "") =>
  writeMessage(
    acknowledgement(received(version, more), {
      code: "AE",
      controlId: "7",
      at,
      application: "ISOCENTER",
      errors: [
        {
          segment: "OBR",
          sequence: 2,
          field: 4,
          component: 1,
          condition: "103",
          code: "order.unknown",
          text: "No such code.",
        },
      ],
    }),
  ).split("\r");

test("an answer goes back to who asked, in the asker's version and separators of its own", () => {
  expect(answer("2.3")).toEqual([
    "MSH|^~\\&|ISO|RAD|RIS|HOSP|20260301090000+0000||ACK|7|P|2.3",
    "MSA|AE|42|No such code.",
    "ERR|OBR^2^4^103&No such code.&HL70357",
    "",
  ]);
  expect(answer("2.3.1")[0]).toContain("||ACK^O01|");
  expect(answer("2.5.1", "||||||8859/1").slice(0, 3)).toEqual([
    "MSH|^~\\&|ISO|RAD|RIS|HOSP|20260301090000+0000||ACK^O01^ACK|7|P|2.5.1||||||8859/1",
    "MSA|AE|42|No such code.",
    "ERR||OBR^2^4^1^1|103^Table value not found^HL70357|E|order.unknown|||No such code.",
  ]);
  expect(answer("2.7")[1]).toBe("MSA|AE|42");
});

test("even what could not be read is answered", () => {
  const text = writeMessage(
    acknowledgement(null, { code: "AR", controlId: "7", at, application: "ISOCENTER" }),
  );
  expect(text).toBe("MSH|^~\\&|ISOCENTER||||20260301090000+0000||ACK|7|P|2.3.1\rMSA|AR\r");
});

test("which answers are wanted is said by MSH-15 and MSH-16", () => {
  const wanted = (accept: string, application: string, isAccepted = true) => {
    const { accept: first, application: second } = answersWanted(
      received("2.5", `|||${accept}|${application}`),
      isAccepted,
    );
    return `${first ? "C" : "-"}${second ? "A" : "-"}`;
  };
  expect(wanted("", "")).toBe("-A");
  expect(wanted("AL", "NE")).toBe("C-");
  expect(wanted("NE", "AL")).toBe("-A");
  expect(wanted("AL", "AL")).toBe("CA");
  expect([wanted("ER", "SU"), wanted("ER", "SU", false)]).toEqual(["-A", "C-"]);
  expect(answersWanted(null, false)).toEqual({ accept: false, application: true });
});

test("the answers of others are read, with what they say", () => {
  const read = (text: string) => readAcknowledgement(parseMessage(Buffer.from(text)));
  for (const version of ["2.3.1", "2.5.1"])
    expect(read(answer(version).join("\r"))).toEqual({ code: "AE", controlId: "42", text: "No such code." });
  expect(read("MSH|^~\\&|A\rMSA|aa|9")).toEqual({ code: "AA", controlId: "9", text: "" });
  expect(read("MSH|^~\\&|A\rMSA|XX|9")).toBeNull();
  expect(read("MSH|^~\\&|A\rPID|1")).toBeNull();
});
