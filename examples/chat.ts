/**
 * Moderates a chat: advertising is rejected with a reason, rude words are masked and shown to the moderators, and what a message says
 * about its author beside the text stays in the log. A gateway loads this module because examples/chat.toml names it:
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=. --allow-env=APP_NAME,HTTP_*,KAFKA*,NODE_ENV,TIDEGATE_*,WS_NO_* main.ts serve --config examples/chat.toml
 *
 * Then `deno task sub chat:lobby` in a second terminal, and `deno task pub chat:lobby '{"text":"what the heck"}'` in a third.
 *
 * @module
 */
import { each, type Inbound, reject } from "@tidegate/tidegate";

/** What clients send; it is not checked yet. */
interface Message {
  readonly text?: unknown;
  readonly mail?: unknown;
}

const ADVERTISING = /\b(casino|jackpot)\b/i;
const RUDE = /\b(darn|heck)\b/gi;

/** From a client to the log: what it returns is written in the place of the publish. */
export const inbound: Inbound<Message | null> = (publish) => {
  const text = publish.json?.text;
  if (typeof text !== "string" || text.trim() === "") return reject("a message has a text");
  if (ADVERTISING.test(text)) return reject("no advertising here");
  const mild = text.trim().replace(RUDE, (word) => "*".repeat(word.length));
  const message = publish.with({ json: { ...publish.json, text: mild } });
  if (mild === text.trim()) return [message];
  return [message, { channel: "moderation:all", json: { in: publish.channel, by: publish.user, text } }];
};

/** From the log to subscribers, live and in replays. */
export const outbound = each<Message>((publication) => publication.with({ json: { text: publication.json.text } }));
