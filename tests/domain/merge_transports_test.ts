import { assertEquals } from "@std/assert";
import { EMPTY, of, Subject } from "rxjs";
import { mergeTransports } from "../../domain/merge_transports.ts";
import type { Connection, Effect } from "../../domain/ports/transport.ts";

/** A transport that keeps what it was told. */
function transport(name: string) {
  const connections = new Subject<Connection>();
  const performed: (readonly Effect[])[] = [];
  return {
    connections,
    performed,
    perform: (effects: readonly Effect[]) => void performed.push(effects),
    drained: () => name === "one" ? of(undefined) : EMPTY,
  };
}

function scene() {
  const [one, other] = [transport("one"), transport("other")];
  const merged = mergeTransports(one, other);
  const came: Connection[] = [];
  let completed = false;
  merged.connections.subscribe({ next: (connection) => came.push(connection), complete: () => completed = true });
  const [a, b] = [{ session: "a" } as Connection, { session: "b" } as Connection];
  one.connections.next(a);
  other.connections.next(b);
  return { one, other, merged, came, a, b, isCompleted: () => completed };
}

const frame = new Uint8Array();
const send = (...connections: Connection[]): Effect => ({ kind: "send", connections, frame });

Deno.test("merged transports: connections of all come, until all have closed", () => {
  const { one, other, came, a, b, isCompleted } = scene();
  assertEquals(came, [a, b]);
  one.connections.complete();
  assertEquals(isCompleted(), false);
  other.connections.complete();
  assertEquals(isCompleted(), true);
});

Deno.test("merged transports: a list for one of them goes to it as it is", () => {
  const { one, other, merged, a } = scene();
  const effects = [send(a), { kind: "pause", connection: a } as const];
  merged.perform(effects);
  assertEquals(one.performed.length, 1);
  assertEquals(one.performed[0] === effects, true);
  assertEquals(other.performed, []);
});

Deno.test("merged transports: a mixed list reaches each in its order, without what is for the other", () => {
  const { one, other, merged, a, b } = scene();
  const effects: Effect[] = [send(), send(a), send(b), { kind: "pause", connection: b }, send(a), send()];
  merged.perform(effects);
  const real = (list: readonly (readonly Effect[])[]) =>
    list.flat().filter((effect) => effect.kind !== "send" || [...effect.connections].length > 0);
  assertEquals(real(one.performed), [effects[1], effects[4]]);
  assertEquals(real(other.performed), [effects[2], effects[3]]);
});

Deno.test("merged transports: a send reads its connections once in the look-up, whatever their number", () => {
  const { one, merged, a } = scene();
  let read = 0;
  const many: Iterable<Connection> = {
    *[Symbol.iterator]() {
      while (true) {
        read++;
        yield a;
      }
    },
  };
  merged.perform([{ kind: "send", connections: many, frame }]);
  assertEquals([read, one.performed.length], [1, 1]);
});

Deno.test("merged transports: the room of a connection is asked of its own transport; a stranger has none", () => {
  const { merged, a, b } = scene();
  const rooms: string[] = [];
  for (const [name, connection] of [["a", a], ["b", b], ["stranger", {} as Connection]] as const) {
    merged.drained(connection).subscribe(() => rooms.push(name));
  }
  assertEquals(rooms, ["a"]);
});
