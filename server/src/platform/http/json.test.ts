import { expect, test } from "vitest";
import { repeatedMember } from "./json.ts";

test.each([
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', null],
  ['{"a":"a","b":"b,\\"a\\":","c":["a","a",{}]}', null],
  ['"a"', null],
  ["[]", null],
  ['{"a":1,"a":1}', "a"],
  ['{"amount":1 , "\\u0061mount" : 100}', "amount"],
  ['{"lines":[{"code":"1"},{"code":"{","x":[],"code":"2"}]}', "lines.1.code"],
  ['[[{"":0}],{"":{},"":[]}]', "1."],
])("%s says twice: %s", (text, path) => {
  JSON.parse(text);
  expect(repeatedMember(text)).toBe(path);
});
