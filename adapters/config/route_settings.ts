/** The settings of one route. */
import * as v from "valibot";
import { openSetting, requiredSetting, setting } from "./setting.ts";

const access = v.picklist(["everyone", "owner", "granted", "nobody"]);

const ACCESS = {
  expected: '"everyone", "owner", "granted" or "nobody"',
  otherwise: '`"owner"` with `{user}`; else `"everyone"`, but `"granted"` in mode `jwt`',
};

/** One `[[routes]]` */
export const ROUTE = v.object({
  channel: requiredSetting(v.string(), {
    about: "The channels of the route: a pattern with at most one variable. `user:{user}` is for direct messages",
    expected: 'a channel pattern such as "chat:{room}"',
  }),
  topic: requiredSetting(v.string(), {
    about: "The topic behind the channels; the variable's value is the record key",
    expected: "the name of a topic",
  }),
  partitioner: setting(v.picklist(["murmur2", "crc32"]), {
    about: "How keys name partitions: `murmur2` as Java and kafkajs do, `crc32` as librdkafka and kcat do",
    expected: '"murmur2" or "crc32"',
    default: "murmur2",
  }),
  payload: setting(v.picklist(["json", "text", "bytes"]), {
    about: "How record values are shown to JSON clients",
    expected: '"json", "text" or "bytes"',
    default: "json",
  }),
  echo: setting(v.boolean(), {
    about: "Whether the publishing connection gets its own publications",
    expected: "true or false",
    default: true,
  }),
  sent_copy: setting(v.boolean(), {
    about: "Whether a second record keeps what a user sent for that user's other connections; only with `{user}`",
    expected: "true or false",
    default: false,
  }),
  subscribe: openSetting(access, {
    ...ACCESS,
    about: "Who may subscribe: every connected user, the user of the `{user}`, whom a token grants it, nobody",
  }),
  publish: openSetting(access, {
    ...ACCESS,
    about: "Who may publish",
    otherwise: '`"everyone"`, but `"granted"` in mode `jwt`',
  }),
  history: openSetting(access, { ...ACCESS, about: "Who may look at the history" }),
  presence: openSetting(access, { ...ACCESS, about: "Who may see who is present" }),
  presence_scope: setting(v.picklist(["node", "shared", "announced"]), {
    about: "Whose presence is shown: of this node, of all nodes, or that and subscribers are told who joins and leaves",
    expected: '"node", "shared" or "announced"',
    default: "node",
  }),
  value: setting(v.picklist(["raw", "capnp"]), {
    about: "What a record value holds: `raw` the payload as it is, `capnp` the `Envelope` of `schema/gateway.capnp`",
    expected: '"raw" or "capnp"',
    default: "raw",
  }),
  pipeline: openSetting(v.pipe(v.string(), v.regex(/^(?![a-z][a-z0-9+.-]+:).*\.m?[jt]s$/i)), {
    about: "The TypeScript module with the pipelines of the route, seen from the folder of the configuration file",
    expected: 'the path of a module, such as "./pipelines/chat.ts"',
    otherwise: "none",
  }),
  slow: setting(v.picklist(["disconnect", "drop_oldest", "conflate"]), {
    about:
      "What happens to a subscriber that is too slow: it is disconnected and resumes, or publications are left out",
    expected: '"disconnect", "drop_oldest" or "conflate"',
    default: "disconnect",
  }),
});
