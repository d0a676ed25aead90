import { t } from "../words/words.ts";
export const shortestPassword = 12;

/** What is wrong with a new password before it is sent, or null. The server has the last word. */
export function checkNewPassword(input: {
  current: string;
  fresh: string;
  repeated: string;
  username: string;
}): {
  field: "current" | "fresh" | "repeated";
  text: string;
} | null {
  const { current, fresh, repeated, username } = input;
  if (!current) return { field: "current", text: t("Give the password you have now") };
  const length = [...fresh].length;
  if (length < shortestPassword) {
    return {
      field: "fresh",
      text: t("At least {shortest} characters; this has {length}", { shortest: shortestPassword, length }),
    };
  }
  if (fresh === current) return { field: "fresh", text: t("This is the password you have now") };
  if (fresh.toLowerCase() === username.toLowerCase())
    return { field: "fresh", text: t("Not your user name") };
  if (fresh !== repeated) return { field: "repeated", text: t("The two new passwords differ") };
  return null;
}
