import { type BillStatus, billStatuses, billTransitions } from "@isocenter/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  billStatus,
  checkTransition,
  daysAfter,
  majorUnits,
  outstandingOf,
  readCurrency,
  totalOf,
} from "./bill.ts";

const today = "2026-03-10";
const owed = { total: 100, paid: 0, refunded: 0, dueDate: null, voided: false };

describe("the state of a bill", () => {
  test.each<[string, object, BillStatus]>([
    ["nothing paid", {}, "PENDING"],
    ["some paid", { paid: 40 }, "PARTIALLY_PAID"],
    ["all paid", { paid: 100 }, "PAID"],
    ["all refunded", { paid: 100, refunded: 100 }, "PENDING"],
    ["some refunded", { paid: 100, refunded: 30 }, "PARTIALLY_PAID"],
    ["due today", { dueDate: today }, "PENDING"],
    ["due yesterday", { dueDate: "2026-03-09" }, "OVERDUE"],
    ["due yesterday, some paid", { dueDate: "2026-03-09", paid: 99 }, "OVERDUE"],
    ["due yesterday, all paid", { dueDate: "2026-03-09", paid: 100 }, "PAID"],
    ["refunded after it was due", { dueDate: "2026-03-09", paid: 100, refunded: 1 }, "OVERDUE"],
    ["void", { voided: true, dueDate: "2026-03-09" }, "VOID"],
    ["of nothing", { total: 0, dueDate: "2026-03-09" }, "PAID"],
  ])("%s: %o", (_words, change, status) => {
    expect(billStatus({ ...owed, ...change }, today)).toBe(status);
  });

  test("follows only as the table says, whatever is paid, refunded and however days pass", () => {
    const step = fc.record({
      pay: fc.integer({ min: 0, max: 60 }),
      refund: fc.integer({ min: 0, max: 60 }),
      days: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let day = "2026-03-01";
        const bill = { ...owed, dueDate: "2026-03-08" };
        let status = billStatus(bill, day);
        const see = () => {
          const next = billStatus(bill, day);
          checkTransition(status, next, "changed");
          status = next;
        };
        for (const { pay, refund, days } of steps) {
          bill.paid += Math.min(pay, outstandingOf(bill));
          see();
          bill.refunded += Math.min(refund, bill.paid - bill.refunded);
          see();
          day = daysAfter(day, days);
          see();
        }
      }),
    );
  });

  describe.each(billStatuses)("from %s", (from) => {
    test.each(billStatuses)("to %s", (to) => {
      const allowed = billTransitions[from].includes(to) || (from === to && from !== "VOID");
      if (allowed) return checkTransition(from, to, "paid");
      expect(() => checkTransition(from, to, "paid")).toThrow(
        expect.objectContaining({
          kind: "conflict",
          code: "bill.illegal-transition",
          message: expect.stringContaining(from),
        }),
      );
    });
  });
});

test("an illegal transition names what may follow", () => {
  expect(() => checkTransition("PAID", "VOID", "made void")).toThrow(
    "A bill that is PAID cannot be made void: from PAID may follow PENDING, PARTIALLY_PAID, OVERDUE.",
  );
});

test("amounts have as many digits as the currency", () => {
  expect(majorUnits(12050, "EUR")).toBe("120.50");
  expect(majorUnits(5, "EUR")).toBe("0.05");
  expect(majorUnits(-5, "EUR")).toBe("-0.05");
  expect(majorUnits(12050, "JPY")).toBe("12050");
  expect(majorUnits(1, "KWD")).toBe("0.001");
});

test("sums are bounded, currencies known", () => {
  expect(
    totalOf([
      { quantity: 3, unitAmount: 5 },
      { quantity: 1, unitAmount: 2 },
    ]),
  ).toBe(17);
  expect(() => totalOf(Array(200).fill({ quantity: 1000, unitAmount: 100_000_000_000 }))).toThrow(/at most/);
  expect(readCurrency("eur")).toBe("EUR");
  expect(() => readCurrency("ZZZ")).toThrow(/ISO 4217/);
});
