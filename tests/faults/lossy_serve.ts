/**
 * `tidegate serve` over a network that loses answers: a broker has appended, and the gateway does not hear of it. Each loss
 * is a log line.
 */
import { loadConfiguration } from "../../adapters/config/mod.ts";
import { serve } from "../../commands/serve.ts";
import { type AnswerFault, faultySockets, PRODUCE_KEY } from "../kafka/faulty_sockets.ts";

/** Of so many produce requests, the answer to one is lost with its connection. */
const CUT = 5;
/** Of so many, the answer to one never comes, and nothing else says so. */
const SWALLOWED = 61;

/** What the log line of a loss says. */
export const LOST_AN_ANSWER = "Lost an answer";

function loseAnswers(): (apiKey: number) => AnswerFault {
  let asked = 0;
  return (apiKey) => {
    if (apiKey !== PRODUCE_KEY) return "none";
    asked++;
    const fault = asked % SWALLOWED === 0 ? "swallow" : asked % CUT === 0 ? "cut" : "none";
    if (fault !== "none") console.error(JSON.stringify({ message: LOST_AN_ANSWER, fault, asked }));
    return fault;
  };
}

if (import.meta.main) {
  const sockets = faultySockets();
  sockets.decide = loseAnswers();
  const configuration = loadConfiguration({ env: (name) => Deno.env.get(name), readTextFile: Deno.readTextFileSync });
  const kafka = { ...configuration.kafka!, socketFactory: sockets.factory };
  Deno.exit(await serve({ ...configuration, kafka }, "0.0.0"));
}
