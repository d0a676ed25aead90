import { describe, expect, it } from "vitest";
import { ApiError, notReached } from "../api/problem.ts";
import { signInMessage, waitWords } from "./messages.ts";
import { checkNewPassword } from "./new-password.ts";

const refusal = (status: number, retryAfterSeconds: number | null = null) =>
  new ApiError({ status, code: "", title: "T", detail: "D.", requestId: "r9", retryAfterSeconds });

describe("a sign-in that fails", () => {
  it("says what happened and what to do", () => {
    expect(signInMessage(refusal(401))).toEqual({
      text: "The user name or the password is wrong.",
      field: "password",
    });
    expect(signInMessage(refusal(423, 840)).text).toContain("It opens again in 14 minutes.");
    expect(signInMessage(refusal(429, 20)).text).toBe("Too many attempts. Wait 20 seconds, then try again.");
    expect(signInMessage(notReached())).toMatchObject({ down: true, field: null });
    expect(signInMessage(refusal(503))).toEqual({ text: "D. (request r9)", field: null, down: true });
    expect(signInMessage(new TypeError("x")).text).toContain("Reload");
  });

  it("rounds waiting up", () => {
    expect([0.2, 1, 61, 91, 5400].map(waitWords)).toEqual([
      "1 second",
      "1 second",
      "61 seconds",
      "2 minutes",
      "2 hours",
    ]);
  });
});

describe("a new password", () => {
  const good = {
    current: "old",
    fresh: "four words in a row",
    repeated: "four words in a row",
    username: "ada",
  };
  it("is looked at before it is sent", () => {
    expect(checkNewPassword(good)).toBeNull();
    expect(checkNewPassword({ ...good, current: "" })?.field).toBe("current");
    expect(checkNewPassword({ ...good, fresh: "short" })?.text).toContain("this has 5");
    expect(checkNewPassword({ ...good, current: good.fresh })?.field).toBe("fresh");
    expect(checkNewPassword({ ...good, username: "Four Words in a Row" })?.field).toBe("fresh");
    expect(checkNewPassword({ ...good, repeated: "four words in a raw" })?.field).toBe("repeated");
  });
});
