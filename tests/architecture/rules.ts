/** The rules of the architecture (docs/architecture.md), each a pure function from the source tree to what breaks it. */
import { findCycle } from "./cycles.ts";
import type { SourceTree } from "./source_tree.ts";

/** What a room may import: other rooms, and packages by the beginning of their specifiers. */
interface Room {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

const EVERYTHING = "";

/** The arrows: main -> adapters -> domain -> streams. A room may always import itself. */
const ROOMS: Readonly<Record<string, Room>> = {
  "main.ts": { rooms: [EVERYTHING], packages: [EVERYTHING] },
  commands: { rooms: ["adapters", "client", "domain", "streams", "schema"], packages: [EVERYTHING] },
  "mod.ts": { rooms: ["domain", "streams", "schema"], packages: ["npm:rxjs@"] },
  domain: { rooms: ["streams"], packages: ["npm:rxjs@"] },
  streams: { rooms: [], packages: ["npm:rxjs@"] },
  adapters: { rooms: ["domain", "streams", "schema", "client", "jsr"], packages: ["npm:", "node:"] },
  schema: { rooms: ["domain"], packages: ["npm:capnp-es@"] },
  client: { rooms: ["domain", "streams", "schema"], packages: ["npm:rxjs@"] },
  testing: { rooms: ["mod.ts", "domain", "streams", "schema", "adapters", "jsr"], packages: ["npm:rxjs@"] },
  examples: { rooms: [EVERYTHING], packages: [EVERYTHING] },
  jsr: { rooms: [], packages: ["npm:deno-std@"] },
  lint: { rooms: [], packages: [] },
  bench: { rooms: [EVERYTHING], packages: [EVERYTHING] },
  tests: { rooms: [EVERYTHING], packages: [EVERYTHING] },
};

/** The adapters that carry messages: they meet in the domain only. */
const NEIGHBOURS = new Set(["websocket", "kafka", "log", "http"]);

/** The doors of the library that a script without permissions can open. */
const LIGHT_DOORS = ["mod.ts", "streams/mod.ts", "testing/mod.ts"];

/** What importing them must not load. */
const NOT_IN_LIGHT_DOORS = /^(npm:(kafkajs|ws|@hono\/node-server)@|node:)/;

const SNAKE_CASE = /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.ts$/;
const VAGUE = /(^|_)(manager|service|helper|util|utils|helpers|common|misc)s?(_|\.)/;
const MOST_LINES = 250;

/** Not written by hand. */
const GENERATED = /^schema\/generated\//;

/** Every rule that a source tree breaks, in words; empty where it keeps all. */
export function violations(tree: SourceTree): string[] {
  return [...arrows(tree), ...kafka(tree), ...publicSurface(tree), ...cycles(tree), ...names(tree), ...lengths(tree)];
}

function arrows({ imports }: SourceTree): string[] {
  return imports.flatMap(({ from, to }) => {
    const room = roomOf(from);
    const may = ROOMS[room];
    if (!may) return [`${from} is in no room: give ${room} a row in the table of rooms`];
    const allowed = isPackage(to)
      ? may.packages.some((start) => to.startsWith(start))
      : roomOf(to) === room
      ? !isOtherNeighbour(from, to)
      : may.rooms.some((other) => roomOf(to).startsWith(other));
    return allowed ? [] : [`${from} imports ${to}: ${room} may not`];
  });
}

/** Whether an adapter of one part of the outside world imports another's. */
function isOtherNeighbour(from: string, to: string): boolean {
  const [neighbour, other] = [from, to].map((path) => path.startsWith("adapters/") ? path.split("/")[1]! : "");
  return neighbour !== other && NEIGHBOURS.has(neighbour!) && NEIGHBOURS.has(other!);
}

function kafka({ imports }: SourceTree): string[] {
  return imports
    .filter(({ from, to }) => /^npm:kafkajs@/.test(to) && !/^(adapters\/kafka|bench|tests)\//.test(from))
    .map(({ from }) => `${from} imports kafkajs: only adapters/kafka may`);
}

function publicSurface({ imports }: SourceTree): string[] {
  return LIGHT_DOORS.flatMap((door) => {
    const loaded = new Set([door]);
    for (const path of loaded) {
      for (const { from, to } of imports) if (from === path) loaded.add(to);
    }
    return [...loaded].filter((path) => NOT_IN_LIGHT_DOORS.test(path)).map((path) => `${door} loads ${path}`);
  });
}

/** Two types may refer to each other; two modules that load each other have no order in which to begin. */
function cycles({ imports }: SourceTree): string[] {
  const cycle = findCycle(imports.filter(({ typesOnly }) => !typesOnly));
  return cycle ? [`Imports go round in a cycle: ${cycle.join(" -> ")}`] : [];
}

function names({ files }: SourceTree): string[] {
  return files.flatMap(({ path }) => {
    const name = path.split("/").at(-1)!;
    if (name === "index.ts") return [`${path}: a folder's own module is called mod.ts`];
    if (!SNAKE_CASE.test(name)) return [`${path}: file names are in snake_case`];
    return VAGUE.test(name) ? [`${path}: name the file after the concept in it`] : [];
  });
}

function lengths({ files }: SourceTree): string[] {
  return files
    .filter(({ path, lines }) => lines > MOST_LINES && !path.startsWith("tests/") && !GENERATED.test(path))
    .map(({ path, lines }) => `${path} has ${lines} lines: at most ${MOST_LINES}, one concept a file`);
}

function roomOf(path: string): string {
  return path.split("/")[0]!;
}

function isPackage(specifier: string): boolean {
  return /^[a-z]+:/.test(specifier);
}
