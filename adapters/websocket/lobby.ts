import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Subscription } from "rxjs";
import type { Authenticator } from "../../domain/ports/authenticator.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import { handshakeOf, judgeUpgrade, upgradeOf, type UpgradeRules } from "./handshake.ts";
import { FAILED, LATE, type Refusal, unavailable, writeRefusal } from "./refusal.ts";
import { judgeRequest, judgeUpgradeBody } from "./request_rules.ts";
import type { Sweep } from "../transport/sweep.ts";

/** An upgrade request, and what it came on. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent after the head of the request. */
  readonly head: Uint8Array;
}

/** What a lobby works with. */
export interface LobbyOptions {
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly sweep: Sweep;
  /** How long the authenticator may take. */
  readonly handshakeMs: number;
  /** What requests are held to now. */
  readonly rules: () => UpgradeRules;
  /** The refusal of a client that has enough connections; `undefined` where it may have one more. */
  readonly crowded: (request: IncomingMessage) => Refusal | undefined;
  /** Whether requests may be for a `Host`. Default: for every one. */
  readonly isHostAllowed?: (host: string) => boolean;
  /** Takes a request that was admitted; the socket is no longer the lobby's. */
  readonly admitted: (upgrade: Upgrade, as: { codec: Codec; admission: Connection["admission"] }) => void;
}

/** A client that was refused may take so long to read why and go. */
const LINGER_MS = 2_000;

interface Guest {
  readonly upgrade: Upgrade;
  readonly leave: () => void;
  by: number;
  refused: boolean;
  admission?: Subscription;
}

/** Where upgrade requests are judged; each leaves it admitted, or refused with plain HTTP. */
export class Lobby {
  readonly #options: LobbyOptions;
  readonly #guests = new Set<Guest>();

  constructor(options: LobbyOptions) {
    this.#options = options;
  }

  /** Judges a request: at once, or when the authenticator has. */
  enter(upgrade: Upgrade): void {
    const { request, socket } = upgrade;
    const leave = () => {
      this.#guests.delete(guest);
      guest.admission?.unsubscribe();
      socket.off("close", leave);
    };
    const guest: Guest = { upgrade, leave, by: this.#options.sweep.after(this.#options.handshakeMs), refused: false };
    this.#guests.add(guest);
    socket.on("error", ignore);
    socket.once("close", leave);
    const { isHostAllowed = () => true } = this.#options;
    const verdict = judgeRequest(request, isHostAllowed) ?? judgeUpgradeBody(request) ??
      judgeUpgrade(upgradeOf(request), this.#options.rules());
    if ("status" in verdict) this.#refuse(guest, verdict);
    else if (!this.#isCrowded(guest)) this.#admit(guest, verdict);
  }

  /** Meets the deadlines that have passed. */
  tick(): void {
    const { now } = this.#options.sweep;
    for (const guest of [...this.#guests]) {
      if (now < guest.by) continue;
      if (guest.refused) guest.upgrade.socket.destroy();
      else this.#refuse(guest, LATE);
    }
  }

  /** Destroys every socket that is still here. */
  clear(): void {
    for (const guest of [...this.#guests]) {
      guest.leave();
      guest.upgrade.socket.destroy();
    }
  }

  #admit(guest: Guest, codec: Codec): void {
    const { authenticator, telemetry, rules, admitted } = this.#options;
    const { upgrade } = guest;
    // Subscribed before it is kept: the answer may come at once, and with it the end of the guest's stay.
    guest.admission = authenticator.admit(handshakeOf(upgrade.request)).subscribe({
      next: (admission) => {
        if (guest.refused || !this.#guests.has(guest)) return;
        if (admission.kind === "refused") return this.#refuse(guest, admission);
        const { closed } = rules();
        if (closed !== undefined) return this.#refuse(guest, unavailable(closed));
        // Others of its address may have come while it was judged.
        if (this.#isCrowded(guest)) return;
        guest.leave();
        admitted(upgrade, { codec, admission });
        upgrade.socket.off("error", ignore);
      },
      error: (error) => {
        telemetry.note("error", "Cannot judge a handshake", { error: String(error) });
        if (this.#guests.has(guest)) {
          this.#refuse(guest, FAILED);
        }
      },
    });
  }

  #isCrowded(guest: Guest): boolean {
    const refusal = this.#options.crowded(guest.upgrade.request);
    if (!refusal) return false;
    this.#options.telemetry.count("connections_refused_address");
    this.#refuse(guest, refusal);
    return true;
  }

  #refuse(guest: Guest, refusal: Refusal): void {
    if (guest.refused) return;
    guest.refused = true;
    guest.by = this.#options.sweep.after(LINGER_MS);
    this.#options.telemetry.count("connections_refused");
    writeRefusal(guest.upgrade.socket, refusal);
    // What still comes is dropped unread: destroying the socket over it would take the answer from the client.
    guest.upgrade.socket.resume();
  }
}

function ignore(): void {
  // A socket that fails is closed, and "close" is listened to.
}
