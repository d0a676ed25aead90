import { policyMistakes as refused } from "@isocenter/server/modules/findings/policies.ts";
import { expect, test } from "vitest";
import { policyMistakes } from "./policy-mistakes.ts";

type Policy = Parameters<typeof policyMistakes>[0];
const good: Policy = {
  severity: "CRITICAL",
  contactMinutes: 15,
  acknowledgeMinutes: 60,
  repeatMinutes: 15,
  readBackRequired: true,
  ladder: [
    { to: "ORDERING_PROVIDER", afterMinutes: 0, channels: ["IN_APP"] },
    { to: "ON_CALL_COLLEAGUE", afterMinutes: 30, channels: ["IN_APP"] },
    { to: "ALARM", afterMinutes: 60, channels: ["IN_APP"] },
  ],
};
const [first, second, alarm] = good.ladder as [Policy["ladder"][0], Policy["ladder"][0], Policy["ladder"][0]];

test("the form of a policy says beforehand what the server would refuse", () => {
  const later = { ...alarm, afterMinutes: 61 };
  const policies: Policy[] = [
    good,
    { ...good, severity: "MODERATE", contactMinutes: null, acknowledgeMinutes: null, repeatMinutes: null },
    { ...good, acknowledgeMinutes: null },
    { ...good, acknowledgeMinutes: 30 },
    { ...good, contactMinutes: null },
    { ...good, contactMinutes: 61 },
    { ...good, severity: "MODERATE", contactMinutes: 15, acknowledgeMinutes: null, repeatMinutes: null },
    { ...good, repeatMinutes: null },
    { ...good, readBackRequired: false },
    { ...good, ladder: [] },
    { ...good, ladder: [{ ...first, afterMinutes: 5 }, second, alarm] },
    { ...good, ladder: [first, { ...second, to: "ORDERING_PROVIDER" }, alarm] },
    { ...good, ladder: [first, { ...second, afterMinutes: 61 }, alarm] },
    { ...good, ladder: [first, second] },
    { ...good, ladder: [first, second, later] },
    { ...good, ladder: [first, second, { ...alarm, afterMinutes: null }] },
  ];
  expect(policies.map((policy) => policyMistakes(policy).length > 0)).toEqual(
    policies.map((policy) => refused(policy).length > 0),
  );
  expect(policyMistakes(good)).toEqual([]);
  expect(policyMistakes({ ...good, ladder: [first, second, later] })).toEqual([
    "The alarm comes no later than the finding must be acknowledged.",
  ]);
});
