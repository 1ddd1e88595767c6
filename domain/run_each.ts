/** One record through the stateless outbound pipeline of its route. */
import { errorPlace } from "./error_place.ts";
import { type Content, MessageView } from "./message_view.ts";
import type { Each } from "./outbound.ts";
import { OutboundPublication } from "./outbound_publication.ts";
import type { Publication } from "./publication.ts";
import type { Scene } from "./scene.ts";

/** A publication that passes a pipeline. */
export interface Passing {
  readonly each: Each;
  readonly publication: Publication;
  /** The cursor after so many of the publications that the record becomes; 0 stands for all of them. */
  cursor(index: number): string;
}

const KEYS = ["json", "text", "bytes", "payload", "headers"];

/**
 * What a record's publication becomes, in order; nothing where the pipeline fails, which is counted. The same for the live stream,
 * replays and history.
 */
export function runEach(
  scene: Pick<Scene, "telemetry" | "settings">,
  { each, publication, cursor }: Passing,
): readonly Publication[] {
  const { telemetry, settings: { pipeline: { outputs: most } } } = scene;
  try {
    const view = new OutboundPublication<never>(publication);
    const result = each.run(view);
    if (result === undefined || result === null || result === false) return [];
    const contents: readonly Content[] = Array.isArray(result) ? result : [result];
    if (contents.length > most) throw new TypeError(`It returned more than ${most} (limits.pipeline_outputs)`);
    return contents.map((content, at) => ({
      ...view.with(checked(content)).toPublication(),
      cursor: cursor(at === contents.length - 1 ? 0 : at + 1),
    }));
  } catch (error) {
    telemetry.count("outbound_failed");
    const { channel } = publication;
    const fields = { channel, reason: String(error), at: errorPlace(error) };
    telemetry.note("error", "An outbound pipeline failed", fields);
    return [];
  }
}

/** What is no content at all, such as a promise, must not pass for the publication as it was. */
function checked(content: unknown): Content {
  const isContent = typeof content === "object" && content !== null &&
    (content instanceof MessageView || KEYS.some((key) => Object.hasOwn(content, key)));
  if (isContent) return content;
  const got = content instanceof Object ? content.constructor.name : String(content);
  throw new TypeError(
    `It returned ${got}: expected, at once, the publication, a content, a list of them, or undefined`,
  );
}
