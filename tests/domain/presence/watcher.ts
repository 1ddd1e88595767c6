/** A client that asks who is present, and listens to who joins and leaves. */
import { assert, assertEquals } from "@std/assert";
import type { ServerFrame } from "../../../domain/frame.ts";
import type { TestClient, VirtualClock } from "../../../testing/mod.ts";

/** What one client was told, checked as it comes. */
export class Watcher {
  readonly client: TestClient;
  readonly user: string;
  readonly channel: string;
  /** Who is present, as the first answer and all that was told since say; absent before there was an answer. */
  #known: Set<string> | undefined;
  /** The last that was told of each user. */
  readonly #last = new Map<string, string>();
  #isSubscribed = false;
  #read = 0;

  constructor(client: TestClient, user: string, channel: string) {
    this.client = client;
    this.user = user;
    this.channel = channel;
  }

  /** Who it believes to be present. */
  get users(): string[] {
    return [...this.#known ?? []].sort();
  }

  ask(): void {
    this.client.send({ type: "presence", id: 3, channel: this.channel });
  }

  /** What a question is answered, by user. */
  answer(channel: string, clock: VirtualClock): Record<string, number> {
    this.client.send({ type: "presence", id: 4, channel });
    clock.advance(0);
    const users = this.client.last("presence")?.users ?? [];
    return Object.fromEntries(users.map(({ user, sessions }) => [user, sessions] as const).sort());
  }

  /** Reads what came: nobody joins or leaves twice in a row, and each answer is what was known already. */
  check(): void {
    const { received } = this.client;
    for (; this.#read < received.length; this.#read++) this.#take(received[this.#read]!);
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "joined" || frame.type === "left") {
      const { type, user } = frame;
      assert(this.#last.get(user) !== type, `${this.user} was told twice in a row that ${user} has ${type}`);
      this.#last.set(user, type);
      if (type === "joined") this.#known?.add(user);
      else this.#known?.delete(user);
    }
    // Before it is subscribed it is told of nobody: what it was answered then means nothing later.
    this.#isSubscribed ||= frame.type === "subscribed";
    if (frame.type !== "presence" || !this.#isSubscribed) return;
    const users = frame.users.map(({ user }) => user).sort();
    if (this.#known) assertEquals(users, this.users, `what ${this.user} was told, and is answered`);
    this.#known = new Set(users);
  }
}
