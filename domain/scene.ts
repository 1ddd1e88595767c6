/** What the pipelines of one gateway share. */
import type { takeTurns } from "../streams/take_turns.ts";
import type { ChannelIndex } from "./channel_index.ts";
import type { LogView } from "./log_view.ts";
import type { DenyList } from "./deny_list.ts";
import type { Authenticator } from "./ports/authenticator.ts";
import type { Clock, Random } from "./ports/clock.ts";
import type { EnvelopeFormat } from "./ports/envelope.ts";
import type { Log } from "./ports/log.ts";
import type { Telemetry } from "./ports/telemetry.ts";
import type { Transport } from "./ports/transport.ts";
import type { Presence } from "./presence.ts";
import type { RateLimits } from "./rate_limits.ts";
import type { Rest } from "./rest.ts";
import type { RouteTable } from "./route_table.ts";
import type { SharedFolds } from "./shared_folds.ts";
import type { SessionRegistry } from "./session_registry.ts";
import type { Setbacks } from "./setbacks.ts";
import type { GatewaySettings } from "./settings.ts";

/** The outside world of a gateway. */
export interface GatewayPorts {
  /** What publishes are appended to, and publications come from. */
  readonly log: Log;
  /** Where the clients come from. */
  readonly transport: Pick<Transport, "connections" | "drained">;
  /** Says who they are. */
  readonly authenticator: Authenticator;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Where counters and log lines go. */
  readonly telemetry: Telemetry;
  /** Needed where a route has `value: "capnp"`. */
  readonly envelopes?: EnvelopeFormat;
}

/** The ports, the configuration, and the state that the pipelines of one gateway share. */
export interface Scene extends GatewayPorts {
  readonly envelopes: EnvelopeFormat;
  readonly routes: RouteTable;
  readonly settings: GatewaySettings;
  readonly view: LogView;
  readonly index: ChannelIndex;
  /** Which partitions are not read for now. */
  readonly rest: Rest;
  readonly folds: Pick<SharedFolds, "duplicates">;
  /** The sessions that have an identity. */
  readonly sessions: SessionRegistry;
  /** Where the publishes of one session to one channel take turns in its pipeline. */
  readonly turns: Turns;
  /** What of them could not be appended. */
  readonly setbacks: Setbacks;
  /** Who is not let in; absent where nobody can be denied. */
  readonly denials?: DenyList;
  /** Who is present on the channels of all nodes; absent where no route asks for it. */
  readonly presence?: Presence;
  /** How much connections and users may ask for. */
  readonly rates: RateLimits;
}

/** Does a work when those of its key before it have ended; see `streams/take_turns.ts`. */
export type Turns = ReturnType<typeof takeTurns<string>>;
