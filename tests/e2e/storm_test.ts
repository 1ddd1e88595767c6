/** Five thousand clients that come back within two seconds, to a gateway that was restarted meanwhile. */
import { assert, assertEquals } from "@std/assert";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { connect } from "../../client/mod.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";

const CLIENTS = 5_000;
const CHANNELS = 50;
/** What each channel had before the clients left, and what it gets while they are away. */
const BEFORE = 20;
const MISSED = 20;
/** The time over which they come back, in milliseconds. */
const RAMP_MS = 2_000;

const CONFIG = `
[limits]
connections_per_address = 20_000
`;

/** Publishes `count` numbers to each channel, from `from` on. */
async function publishToAll(gateway: GatewayProcess, { from, count }: { from: number; count: number }): Promise<void> {
  using client = connect(gateway.url);
  for (let n = from; n < from + count; n++) {
    await Promise.all(Array.from({ length: CHANNELS }, (_, at) => client.publish(`chat:room-${at}`, n)));
  }
}

/** A client that subscribes to one channel as soon as it is connected. */
class Guest {
  readonly channel: string;
  readonly got: number[] = [];
  /** The answer to its subscribe. */
  answer: { readonly cursor: string; readonly recovered: boolean } | undefined;
  #socket: WebSocket | undefined;
  #opened = false;

  constructor(at: number) {
    this.channel = `chat:room-${at % CHANNELS}`;
  }

  /**
   * Resolves when the subscribe was answered, or says why not. A connection that ends before it was made is tried again, as every client
   * does: a machine that is busy with other things may not take a handshake in time. Says how often that was.
   */
  async come(url: string, since: string | undefined): Promise<number> {
    for (let again = 0;; again++) {
      try {
        await this.#subscribe(url, since);
        return again;
      } catch (error) {
        if (this.#opened || again === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500 * (1 + again / 4)));
      }
    }
  }

  #subscribe(url: string, since: string | undefined): Promise<void> {
    this.answer = undefined;
    this.#opened = false;
    return new Promise((resolve, reject) => {
      const socket = this.#socket = new WebSocket(url, ["tidegate.v1.json"], { perMessageDeflate: false });
      socket.on("open", () => {
        this.#opened = true;
        socket.send(JSON.stringify({ id: 1, subscribe: { channel: this.channel, since } }));
      });
      socket.on("message", (data) => {
        for (const line of String(data).split("\n")) {
          const { publication, subscribed, error } = JSON.parse(line);
          if (publication) this.got.push(publication.payload);
          if (error) reject(new Error(error.message));
          if (!subscribed) continue;
          this.answer = subscribed;
          resolve();
        }
      });
      socket.on("error", reject);
      socket.on("close", (code, reason) => reject(new Error(`closed: ${code} ${reason}`)));
    });
  }

  async leave(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      socket.removeAllListeners("close").once("close", () => resolve());
      socket.terminate();
    });
  }
}

/** The resident memory of a process, in megabytes. */
async function residentMb(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) / 1024);
}

Deno.test("5,000 clients that come back within two seconds to a restarted gateway all resume, without gap or duplicate", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-storm-" });
  const guests = Array.from({ length: CLIENTS }, (_, at) => new Guest(at));
  try {
    const first = await startGateway({ folder, config: CONFIG });
    await publishToAll(first, { from: 0, count: BEFORE });
    // One subscriber a channel is enough to know where all of them were.
    const scouts = guests.slice(0, CHANNELS);
    await Promise.all(scouts.map((scout) => scout.come(first.url, undefined)));
    const cursors = scouts.map(({ answer }) => answer!.cursor);
    await Promise.all(scouts.map((scout) => scout.leave()));
    await publishToAll(first, { from: BEFORE, count: MISSED });
    first.kill("SIGKILL");
    await first.status;

    await using second = await startGateway({ folder });
    const before = await residentMb(second.pid);
    const started = performance.now();
    const again = await Promise.all(guests.map(async (guest, at) => {
      await new Promise((resolve) => setTimeout(resolve, RAMP_MS * at / CLIENTS));
      return await guest.come(second.url, cursors[at % CHANNELS]);
    }));
    const tookMs = Math.round(performance.now() - started);
    const after = await residentMb(second.pid);
    const expected = Array.from({ length: MISSED }, (_, at) => BEFORE + at);
    for (const { channel, got, answer } of guests) {
      assert(answer?.recovered, channel);
      assertEquals(got, expected, channel);
    }
    const triedAgain = again.reduce((sum, times) => sum + times, 0);
    console.log(
      `  ${CLIENTS} clients came over ${RAMP_MS} ms and had all of ${
        CLIENTS * MISSED
      } publications after ${tookMs} ms; ` +
        `${triedAgain} handshakes were tried again; the gateway's memory went from ${before} to ${after} MB`,
    );
    await first[Symbol.asyncDispose]();
  } finally {
    await Promise.all(guests.map((guest) => guest.leave()));
    await Deno.remove(folder, { recursive: true });
  }
});
