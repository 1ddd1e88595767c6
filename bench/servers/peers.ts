/** Servers on Node, as the documentation of their packages would have a person write them: `bench/peers/`. */
import { startServerProcess } from "./server_process.ts";
import type { ServerKind } from "./server.ts";

const FOLDER = decodeURIComponent(new URL("../peers/", import.meta.url).pathname);

/** Socket.IO, with a room a channel. */
export const socketio: ServerKind = peer("socketio", "Socket.IO + kafkajs", ["socket.io", "kafkajs"]);

/** ws, with a loop that sends. */
export const ws: ServerKind = peer("ws", "ws + kafkajs", ["ws", "kafkajs"]);

function peer(name: "socketio" | "ws", title: string, packages: readonly string[]): ServerKind {
  return {
    name,
    title,
    async start({ brokers, topic }) {
      const { pid, port, [Symbol.asyncDispose]: end } = await startServerProcess({
        command: "node",
        args: [`${FOLDER}${name}.mjs`],
        folder: FOLDER,
        env: { KAFKA_BROKERS: brokers.join(","), TOPIC: topic, NODE_ENV: "production" },
        listening: /^Listening on (\d+)$/,
      });
      return { pid, port, speech: { kind: name }, [Symbol.asyncDispose]: end };
    },
    async versions() {
      const node = await say("node", ["--version"]);
      await installPeers();
      const found = await Promise.all(packages.map(async (name) => {
        const text = await Deno.readTextFile(`${FOLDER}node_modules/${name}/package.json`);
        return [name, JSON.parse(text).version as string] as const;
      }));
      return { Node: node, ...Object.fromEntries(found) };
    },
  };
}

let installing: Promise<void> | undefined;

/**
 * Installs the packages of the peers with npm, where they are not as `package-lock.json` has them.
 *
 * @throws {Error} with the way out where that fails
 */
export function installPeers(): Promise<void> {
  return installing ??= install();
}

async function install(): Promise<void> {
  if (await isInstalled()) return;
  console.error("Installing the packages of the peers with npm (once) ...");
  await say("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** npm keeps its own copy of the lock with the packages: newer than the lock, it is of an installation of it. */
async function isInstalled(): Promise<boolean> {
  try {
    const [lock, installed] = await Promise.all([
      Deno.stat(`${FOLDER}package-lock.json`),
      Deno.stat(`${FOLDER}node_modules/.package-lock.json`),
    ]);
    return installed.mtime! >= lock.mtime!;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What a program says. */
async function say(command: string, args: readonly string[]): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd: FOLDER }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
    throw new Error(
      `Cannot prepare the peers: ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`,
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot run the peers: there is no ${command} on the PATH; install Node 20 or later, or leave them out with --servers tidegate`,
    );
  }
}
