import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { rawMember } from "../../../schema/json/raw_member.ts";
import { holds } from "../../holds.ts";
import { jsonText } from "../frames.ts";

const PATH = ["publish", "payload"];

const cases: Record<string, [json: string, raw: string | undefined]> = {
  "a value is given as it was written": [
    '{"publish":{"payload":{"n":12345678901234567890}}}',
    '{"n":12345678901234567890}',
  ],
  "white space around a value is left out": ['  { "publish" : { "payload" :\t[1 , 2]  } } ', "[1 , 2]"],
  "CR and LF inside of a value become spaces": ['{"publish":{"payload":[1,\r\n2]}}', "[1,  2]"],
  "the last of equal names counts": ['{"publish":{"payload":1,"payload":2}}', "2"],
  "the last of equal objects counts, though it lacks the member": ['{"publish":{"payload":1},"publish":{}}', undefined],
  "a name may be written with escapes": ['{"p\\u0075blish":{"\\u0070ayload":true}}', "true"],
  "an escaped quote does not end a name": ['{"publish":{"a\\"payload\\":":1,"payload":2}}', "2"],
  "backslashes before a quote are counted": ['{"publish":{"a":"\\\\","b":"\\\\\\"","payload":3}}', "3"],
  "brackets in strings do not nest": ['{"publish":{"a":["]}","[{"],"payload":4}}', "4"],
  "a member of a nested object is another": ['{"publish":{"a":{"payload":1},"b":[{"payload":2}]}}', undefined],
  "a member of another frame is another": ['{"ping":{"payload":1},"publish":{"payload":5}}', "5"],
  "an array has no members": ['{"publish":["payload",1]}', undefined],
  "a text has no members": ['{"publish":"{\\"payload\\":1}"}', undefined],
  "an empty object has no members": ['{"publish":{}}', undefined],
  "an empty text is a value": ['{"publish":{"payload":""}}', '""'],
  "a name of JavaScript's own is one like any other": ['{"__proto__":{"payload":1},"publish":{"payload":6}}', "6"],
};

for (const [name, [json, raw]] of Object.entries(cases)) {
  Deno.test(`raw member: ${name}`, () => {
    JSON.parse(json);
    assertEquals(rawMember(json, PATH), raw);
  });
}

Deno.test("raw member: it is the value that JSON.parse finds, wherever it stands", () => {
  const key = fc.oneof(fc.constantFrom("payload", "publish", "\\u0070ayload", '\\"', "__proto__"), fc.constant("a"));
  const space = fc.constantFrom("", " ", "\t", "\r\n");
  const member = fc.tuple(key, jsonText, space).map(([key, json, space]) =>
    `${space}"${key}"${space}:${space}${json}${space}`
  );
  const object = fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(",")}}`);
  const line = fc.array(fc.tuple(fc.constantFrom("publish", "p\\u0075blish", "ping"), fc.oneof(object, jsonText)), {
    maxLength: 3,
  }).map((members) => `{${members.map(([key, value]) => `"${key}": ${value}`).join(" ,")}}`);
  holds(
    fc.property(line, (line) => {
      const parsed = JSON.parse(line) as { publish?: unknown };
      const publish = parsed.publish;
      const isObject = typeof publish === "object" && publish !== null && !Array.isArray(publish);
      const has = isObject && Object.hasOwn(publish, "payload");
      const raw = rawMember(line, PATH);
      assertEquals(raw === undefined, !has, line);
      if (raw === undefined || !isObject) return;
      assertEquals(JSON.parse(raw), (publish as Record<string, unknown>).payload);
      assertEquals(raw, raw.trim());
      assertEquals(/[\r\n]/.test(raw), false);
    }),
    { runs: 1000 },
  );
});
