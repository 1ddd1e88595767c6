/** Connections that only stay open. */
import type { IdleScenario } from "./scenario.ts";

/** As long as the longest period between pings of one connection, and as a heap takes to forget the handshakes. */
const WATCHED_SECONDS = 30;

/** 9,000 connections, each alone in its channel. */
export const idle: readonly IdleScenario[] = [{
  kind: "idle",
  name: "idle",
  title: "Idle: 9,000 connections, each subscribed to a channel of its own that gets nothing",
  connections: 9_000,
  seconds: WATCHED_SECONDS,
}];
