import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Channel, UserId } from "../../domain/channel.ts";
import { type Action, ACTIONS, type Grants, MOST_PATTERNS, NO_GRANTS, parseGrants } from "../../domain/grants.ts";
import { authorize } from "../../domain/permission.ts";
import { compileRoute, type RouteOptions } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";

const ann = "ann" as UserId;

function grantsOf(claim: unknown): Grants {
  const grants = parseGrants(claim, ann);
  assert(typeof grants !== "string", String(grants));
  return grants;
}

/** The actions that ann may do on a channel of a route. */
function allowed(options: Partial<RouteOptions>, channel: string, grants?: Grants): readonly Action[] {
  const routes = routeTable([compileRoute({ channel: "chat:{room}", topic: "t", ...options })]);
  const match = routes.find(channel)!;
  const identity = { user: ann, ...(grants ? { grants } : {}) };
  return ACTIONS.filter((action) => !authorize({ action, identity, channel: channel as Channel, match }));
}

const everywhere = grantsOf({ subscribe: ["**"], publish: ["**"], history: ["**"], presence: ["**"] });
const user = { channel: "user:{user}" };

Deno.test("without a token everyone may do everything, but read a user's channel", () => {
  assertEquals(allowed({}, "chat:lobby"), ACTIONS);
  assertEquals(allowed(user, "user:bob"), ["publish"]);
  assertEquals(allowed(user, "user:ann"), ACTIONS);
});

Deno.test("with a token nothing is allowed that neither route nor token allows, but to read one's own channel", () => {
  assertEquals(allowed({}, "chat:lobby", NO_GRANTS), []);
  assertEquals(allowed(user, "user:bob", NO_GRANTS), []);
  assertEquals(allowed(user, "user:ann", NO_GRANTS), ["subscribe", "history", "presence"]);
  for (const action of ACTIONS) {
    assertEquals(allowed({}, "chat:lobby", grantsOf({ [action]: ["chat:*"] })), [action]);
    assertEquals(allowed({ allow: { [action]: "everyone" } }, "chat:lobby", NO_GRANTS), [action]);
  }
  assertEquals(allowed({}, "chat:lobby", grantsOf({ subscribe: ["chat:lob"], history: ["lobby"] })), []);
});

Deno.test("another user's channel is read only with a grant that spells it out", () => {
  assertEquals(allowed(user, "user:bob", everywhere), ["publish"]);
  for (const pattern of ["user:*", "user:bob", "user:**", "user:b*"]) {
    assertEquals(allowed(user, "user:bob", grantsOf({ subscribe: [pattern] })), ["subscribe"], pattern);
  }
  for (const pattern of ["*:bob", "u*:bob", "**", "user:{user}", "*:*"]) {
    assertEquals(allowed(user, "user:bob", grantsOf({ subscribe: [pattern] })), [], pattern);
  }
  assertEquals(allowed({ channel: "{user}" }, "bob", grantsOf({ subscribe: ["*"] })), []);
  assertEquals(allowed({ channel: "{user}" }, "bob", grantsOf({ subscribe: ["bob"] })), ["subscribe"]);
});

Deno.test("a route says who may: everyone, the owner, whom a token grants it, nobody", () => {
  const all = (access: "everyone" | "owner" | "granted" | "nobody") => ({
    allow: { subscribe: access, publish: access, history: access, presence: access },
  });
  assertEquals(allowed({ ...user, ...all("everyone") }, "user:bob"), ACTIONS);
  assertEquals(allowed({ ...user, ...all("everyone") }, "user:bob", NO_GRANTS), ACTIONS);
  assertEquals(allowed({ ...user, ...all("owner") }, "user:bob"), []);
  assertEquals(allowed({ ...user, ...all("owner") }, "user:ann"), ACTIONS);
  assertEquals(allowed(all("granted"), "chat:lobby"), []);
  assertEquals(allowed(all("granted"), "chat:lobby", everywhere), ACTIONS);
  assertEquals(allowed({ ...user, ...all("granted") }, "user:ann", NO_GRANTS), []);
  assertEquals(allowed(all("nobody"), "chat:lobby", everywhere), []);
  assertEquals(allowed(all("nobody"), "chat:lobby"), []);
});

Deno.test("a refusal says what was refused, and why", () => {
  const match = routeTable([compileRoute({ channel: "chat:{room}", topic: "t" })]).find("chat:lobby")!;
  const identity = { user: ann, grants: NO_GRANTS };
  const refused = authorize({ action: "history", identity, channel: "chat:lobby" as Channel, match });
  assertEquals([refused?.code, refused?.message], [
    "forbidden",
    "Cannot see the history of chat:lobby: the token does not grant it",
  ]);
});

Deno.test("a claim that is none is refused with its place, and other members of it mean nothing", () => {
  for (
    const [claim, message] of [
      [[], "an object"],
      [null, "an object"],
      ["*", "an object"],
      [{ subscribe: "chat:*" }, "subscribe: expected a list"],
      [{ publish: ["chat:*", 1] }, "publish[1]"],
      [{ history: ["chat:"] }, "history[0]"],
      [{ presence: Array(MOST_PATTERNS + 1).fill("a") }, `at most ${MOST_PATTERNS}`],
    ] as const
  ) assertStringIncludes(String(parseGrants(claim, ann)), message);
  assertEquals(grantsOf({ admin: true, Subscribe: ["**"] }), NO_GRANTS);
  assertEquals(grantsOf(JSON.parse('{"__proto__":{"subscribe":["**"]}}')), NO_GRANTS);
  assertEquals(grantsOf(Object.create({ subscribe: ["**"] })), NO_GRANTS);
});

Deno.test("whatever a claim holds makes grants or a sentence", () => {
  const claim = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom<string>(...ACTIONS, "__proto__"), fc.jsonValue()),
  );
  fc.assert(fc.property(claim, (value) => {
    const grants = parseGrants(value, ann);
    assert(typeof grants === "string" || ACTIONS.every((action) => Array.isArray(grants[action])));
  }));
});

Deno.test("only a {user} route has an owner", () => {
  let message = "";
  try {
    compileRoute({ channel: "chat:{room}", topic: "t", allow: { history: "owner" } });
  } catch (error) {
    message = String(error);
  }
  assertStringIncludes(message, "Cannot let the owner history");
});
