/** Which protocol clients speak, as the process is told. */
import type { Dialect } from "./dialect.ts";
import { socketIoDialect, wsDialect } from "./peer_dialects.ts";
import { tidegateDialect } from "./tidegate_dialect.ts";

/** A protocol by name. */
export type Speech =
  | { readonly kind: "socketio" }
  | { readonly kind: "ws" }
  /** `mixed`: every other client speaks Cap'n Proto, the others JSON. */
  | { readonly kind: "tidegate"; readonly secret: string; readonly mixed: boolean };

/** The protocol of each client, by its number. */
export function dialectsOf(speech: Speech): (client: number) => Dialect {
  if (speech.kind !== "tidegate") {
    const dialect = speech.kind === "ws" ? wsDialect : socketIoDialect;
    return () => dialect;
  }
  const json = tidegateDialect({ secret: speech.secret, codec: "json" });
  if (!speech.mixed) return () => json;
  const capnp = tidegateDialect({ secret: speech.secret, codec: "capnp" });
  return (client) => client % 2 === 0 ? json : capnp;
}
