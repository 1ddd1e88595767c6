/** Connections that only stay open. */
import type { IdleScenario } from "./scenario.ts";

/** Longer than the longest period between pings of one connection: Socket.IO's 25 s, the others' 20 s and 30 s nearly. */
const WATCHED_SECONDS = 25;

/** 9,000 connections, each alone in its channel. */
export const idle: readonly IdleScenario[] = [{
  kind: "idle",
  name: "idle",
  title: "Idle: 9,000 connections, each subscribed to a channel of its own that gets nothing",
  connections: 9_000,
  seconds: WATCHED_SECONDS,
}];
