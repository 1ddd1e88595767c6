/** Clients that were away, as after a server's restart or a tunnel, and come back at once. */
import { tidegate } from "../servers/tidegate.ts";
import type { ResumeScenario } from "./scenario.ts";

/** 2,000 clients, 100 missed records each; the peers have no way to ask for what was missed. */
export const resume: readonly ResumeScenario[] = [{
  kind: "resume",
  name: "resume",
  title: "Resume: 2,000 clients come back at once, each to 100 records that it missed",
  servers: [tidegate.name],
  clients: 2_000,
  channels: 200,
  missed: 100,
  bytes: 200,
}];
