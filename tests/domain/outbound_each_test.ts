import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseCursor } from "../../domain/cursor.ts";
import { each, type Outbound } from "../../domain/outbound.ts";
import type { OutboundPublication } from "../../domain/outbound_publication.ts";
import type { Publication } from "../../domain/publication.ts";
import type { RouteOptions } from "../../domain/route.ts";
import { type TestClient, type TestGateway, testGateway, type TestGatewayOptions } from "../../testing/mod.ts";
import { holds } from "../holds.ts";

const CHANNEL = "chat:lobby";

function gatewayWith(outbound: Outbound, options: TestGatewayOptions & { chat?: Partial<RouteOptions> } = {}) {
  const { chat, ...rest } = options;
  return testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", ...chat, pipeline: { outbound } }], ...rest });
}

/** As many copies of a publication as its payload says, numbered. */
const copies = each<number>((publication) =>
  Array.from({ length: publication.json }, (_, at) => publication.with({ json: [publication.json, at] }))
);

function history(client: TestClient, more: { limit?: number; before?: string } = {}) {
  client.send({ type: "history", id: 9, channel: CHANNEL, ...more });
  const told = client.received.at(-1);
  return told?.type === "history" ? told : undefined;
}

function textsOf(publications: readonly Publication[]): (string | undefined)[] {
  return publications.map(({ payload }) => payload?.kind === "json" ? payload.text : undefined);
}

Deno.test("outbound each: a publication is changed, left out, or becomes several, live, replayed and in history alike", () => {
  using gateway = gatewayWith(copies);
  const bob = gateway.subscriber("bob", CHANNEL);
  const ann = gateway.connect("ann");
  for (const times of [1, 0, 3, 2]) ann.publish(CHANNEL, times);
  const due = [[1, 0], [3, 0], [3, 1], [3, 2], [2, 0], [2, 1]].map((pair) => JSON.stringify(pair));
  assertEquals(textsOf(bob.publications), due);
  const late = gateway.subscriber("cat", CHANNEL, { since: "earliest" });
  assertEquals(late.publications, bob.publications);
  gateway.settle();
  assertEquals(history(late)?.publications, bob.publications);
});

Deno.test("outbound each: whoever resumes in the middle of what a record became gets the rest of it, once", () => {
  using gateway = gatewayWith(copies);
  const bob = gateway.subscriber("bob", CHANNEL);
  const ann = gateway.connect("ann");
  for (const times of [2, 3, 1]) ann.publish(CHANNEL, times);
  bob.publications.forEach(({ cursor }, at) => {
    const again = gateway.subscriber("bob", CHANNEL, { since: cursor });
    assertEquals(again.last("subscribed")?.recovered, true);
    assertEquals(again.publications, bob.publications.slice(at + 1));
  });
  const middle = bob.publications[2]!;
  assertEquals([parseCursor(middle.cursor)?.index, parseCursor(bob.publications[4]!.cursor)?.index], [1, 0]);
});

Deno.test("outbound each: the cursor of a subscription is after all that a record became", () => {
  using gateway = gatewayWith(copies);
  const ann = gateway.connect("ann");
  ann.publish(CHANNEL, 3);
  const { cursor } = gateway.subscriber("bob", CHANNEL).last("subscribed")!;
  ann.publish(CHANNEL, 1);
  assertEquals(textsOf(gateway.subscriber("bob", CHANNEL, { since: cursor }).publications), ["[1,0]"]);
});

Deno.test("outbound each: what it makes has the channel, sender, time and message id of the record", () => {
  const seen: OutboundPublication[] = [];
  const outbound = each((publication) => {
    seen.push(publication);
    const forged = { json: 1, channel: "chat:other", sender: "eve", cursor: "1.1.1.1.0.1", time: 0, messageId: "x" };
    return [forged, publication.with({ ...forged, headers: { a: "b" } })];
  });
  using gateway = gatewayWith(outbound);
  const bob = gateway.subscriber("bob", CHANNEL);
  gateway.connect("ann").publish(CHANNEL, 7, { messageId: "m" });
  const [record] = gateway.records("chat");
  for (const { channel, sender, time, messageId } of [...bob.publications, ...seen]) {
    assertEquals<unknown>({ channel, sender, time, messageId }, {
      channel: CHANNEL,
      sender: "ann",
      time: record!.time,
      messageId: "m",
    });
  }
  assertEquals(bob.publications.map(({ headers }) => headers?.a), [undefined, "b"]);
});

Deno.test("outbound each: one publication never comes to count for another that it saw before", () => {
  let first: OutboundPublication | undefined;
  using gateway = gatewayWith(each((publication) => first ??= publication));
  const bob = gateway.subscriber("bob", CHANNEL);
  const ann = gateway.connect("ann");
  ann.publish(CHANNEL, 1);
  ann.publish(CHANNEL, 2);
  assertEquals(textsOf(bob.publications), ["1", "1"]);
  assertEquals(bob.publications.map(({ cursor }) => parseCursor(cursor)?.offset), [0, 1]);
});

const FAILING: Readonly<Record<string, () => unknown>> = {
  "throws": () => {
    throw new Error("no");
  },
  "answers with a promise": () => Promise.resolve({ json: 1 }),
  "answers with a text": () => "text",
  "answers with true": () => true,
  "answers with what says nothing": () => ({ jsn: 1 }),
  "answers with bad JSON": () => ({ payload: { kind: "json", text: "{bad" } }),
  "sets a header of the gateway": () => ({ headers: { "tidegate-sender": "eve" } }),
  "answers with too many": () => Array.from({ length: 17 }, () => ({ json: 1 })),
};

for (const [what, result] of Object.entries(FAILING)) {
  Deno.test(`outbound each: a pipeline that ${what} costs that publication alone, and is counted`, () => {
    using gateway = gatewayWith(
      each<number>((publication) => (publication.json === 0 ? result() : publication) as never),
      { allowRealTime: true },
    );
    const bob = gateway.subscriber("bob", CHANNEL);
    const ann = gateway.connect("ann");
    for (const n of [1, 0, 2]) ann.publish(CHANNEL, n);
    assertEquals(textsOf(bob.publications), ["1", "2"]);
    assertEquals(gateway.telemetry.counted("outbound_failed"), 1);
    const note = gateway.telemetry.notes.find(({ message }) => message === "An outbound pipeline failed");
    assertEquals(note?.fields?.channel, CHANNEL);
  });
}

Deno.test("outbound each: it runs once a record, however many subscribe, and not where nobody does", () => {
  let runs = 0;
  using gateway = gatewayWith(each((publication) => (runs++, publication)));
  const ann = gateway.connect("ann");
  ann.publish(CHANNEL, 1);
  assertEquals(runs, 0);
  for (let at = 0; at < 5; at++) gateway.subscriber("bob", CHANNEL);
  ann.publish(CHANNEL, 2);
  assertEquals(runs, 1);
});

Deno.test("outbound each: a tombstone passes as what it is, and null, undefined and false leave a publication out", () => {
  const seen: unknown[] = [];
  using gateway = gatewayWith(each((publication) => {
    seen.push(publication.json);
    return publication.payload === null ? publication : seen.length % 2 === 0 ? null : false;
  }));
  const bob = gateway.subscriber("bob", CHANNEL);
  gateway.connect("ann").publish(CHANNEL, 1);
  const { topic, partition, key } = gateway.records("chat")[0]!;
  gateway.log.append([{ topic, partition, key, value: null, headers: {} }]).subscribe();
  gateway.settle();
  assertEquals(bob.publications.map(({ payload }) => payload), [null]);
  assertEquals(seen, [1, null]);
});

Deno.test("outbound each: the publisher of a route without echo does not get what its publish became", () => {
  using gateway = gatewayWith(copies, { chat: { echo: false } });
  const [ann, bob] = [gateway.subscriber("ann", CHANNEL), gateway.subscriber("bob", CHANNEL)];
  ann.publish(CHANNEL, 2);
  assertEquals([ann.publications.length, bob.publications.length], [0, 2]);
});

Deno.test("outbound each: a page of history goes on before any of what a record became", () => {
  using gateway = gatewayWith(copies);
  const ann = gateway.connect("ann");
  for (const times of [2, 0, 3, 1, 4]) ann.publish(CHANNEL, times);
  const all = textsOf(history(ann)!.publications);
  assertEquals(all.length, 10);
  for (const limit of [1, 2, 3, 7]) assertEquals(paged(ann, limit), all);
});

/** All of a channel's history, page by page. */
function paged(client: TestClient, limit: number): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  let page = history(client, { limit });
  for (; page; page = page.more ? history(client, { limit, before: page.cursor }) : undefined) {
    texts.unshift(...textsOf(page.publications));
  }
  return texts;
}

/** Any stateless pipeline of numbers: by the remainder of the number, what it becomes. */
const anyPipeline = fc.array(fc.oneof(fc.nat(5), fc.constant("throws" as const)), { minLength: 1, maxLength: 6 });

Deno.test("outbound each: for any pipeline the live stream, every resume, history and a page of it agree", () => {
  holds(
    fc.property(
      anyPipeline,
      fc.array(fc.nat(50), { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (table, numbers, limit) => {
        const outbound = each<number>((publication) => {
          const became = table[publication.json % table.length]!;
          if (became === "throws") throw new Error("no");
          return Array.from({ length: became }, (_, at) => ({ json: [publication.json, at] }));
        });
        using gateway = gatewayWith(outbound);
        const live = gateway.subscriber("bob", CHANNEL);
        const ann = gateway.connect("ann");
        numbers.forEach((number) => ann.publish(CHANNEL, number));
        const due = numbers.flatMap((number) => {
          const became = table[number % table.length]!;
          return became === "throws" ? [] : Array.from({ length: became }, (_, at) => JSON.stringify([number, at]));
        });
        assertEquals(textsOf(live.publications), due);
        resumes(gateway, live.publications);
        assertEquals(gateway.subscriber("cat", CHANNEL, { since: "earliest" }).publications, live.publications);
        assertEquals(textsOf(history(ann, { limit: 1_000 })!.publications), due);
        assertEquals(paged(ann, limit), due);
        assertEquals(new Set(live.publications.map(({ cursor }) => cursor)).size, due.length);
      },
    ),
    { runs: 200 },
  );
});

/** Whoever resumes after any of these publications gets those behind it. */
function resumes(gateway: TestGateway, publications: readonly Publication[]): void {
  publications.forEach(({ cursor }, at) => {
    const again = gateway.connect("dan");
    again.subscribe(CHANNEL, { since: cursor });
    assertEquals(again.publications, publications.slice(at + 1));
    again.end();
  });
}

Deno.test("outbound each: the operator is told why a publication was left out", () => {
  using gateway = gatewayWith(each(() => Promise.resolve() as never), { allowRealTime: true });
  gateway.subscriber("bob", CHANNEL);
  gateway.connect("ann").publish(CHANNEL, 1);
  assertStringIncludes(String(gateway.telemetry.notes.at(-1)?.fields?.reason), "It returned Promise");
});
