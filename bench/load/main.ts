/** A process with many clients: `deno run load/main.ts`, commanded by the benchmark. */
import { watchLag } from "../measure/event_loop_lag.ts";
import { obey, tell } from "../processes/commands.ts";
import { comeBack, type ComeBackReport } from "./come_back.ts";
import { type Crowd, openCrowd } from "./crowd.ts";
import type { CrowdPlan } from "./crowd_plan.ts";
import { type Publishers, type PublishPlan, type PublishReport, startPublishing } from "./publishers.ts";
import { dialectsOf, type Speech } from "./speech.ts";
import type { TallyReport } from "./tally.ts";

/** What was counted, and how late this process was. */
export interface LoadReport extends TallyReport {
  /** The 99th percentile of its event loop's lag since it was last asked, in milliseconds. */
  readonly lagMs: number;
  /** Why clients ended that should not have, and how many. */
  readonly ended: Readonly<Record<string, number>>;
}

/** Who comes back, and to what. */
export interface ComeBackOptions {
  readonly plan: CrowdPlan;
  readonly speech: Speech;
  /** Records of each channel that were produced meanwhile. */
  readonly missed: number;
}

/** What it tells while it is watched. */
export interface Progress {
  readonly delivered: number;
}

let crowd: Crowd | undefined;
let publishers: Publishers | undefined;
let watching: ReturnType<typeof setInterval> | undefined;
const lag = watchLag();

const commands = {
  /** Connects and subscribes clients; resolves when all are. */
  async open({ plan, speech }: { readonly plan: CrowdPlan; readonly speech: Speech }): Promise<void> {
    crowd = await openCrowd(plan, dialectsOf(speech));
  },
  /** Only latencies of records that are produced between the two count, in microseconds since the origin. */
  window({ from, to }: { readonly from: number; readonly to: number }): void {
    lag.take();
    opened().tally.openWindow(from, to);
  },
  /** What was counted until now. */
  report(): LoadReport {
    const { tally, ended } = opened();
    return { ...tally.report(), lagMs: lag.take(), ended: Object.fromEntries(ended) };
  },
  /** How many deliveries there were until now. */
  delivered: (): number => opened().tally.delivered,
  /** Tells the number of deliveries every so many milliseconds, while it changes. */
  watch({ everyMs }: { readonly everyMs: number }): void {
    let told = -1;
    watching = setInterval(() => {
      const { delivered } = opened().tally;
      if (delivered !== told) tell({ delivered } satisfies Progress);
      told = delivered;
    }, everyMs);
  },
  /** Begins to publish with every client. */
  publish({ plan, speech }: { readonly plan: PublishPlan; readonly speech: Speech }): void {
    publishers = startPublishing(opened(), plan, dialectsOf(speech));
  },
  /** Forgets the latencies of publishes until now. */
  clearPublished(): void {
    lag.take();
    publishers!.clear();
  },
  /** What came of publishes until now. */
  published: (): PublishReport & { readonly lagMs: number } => ({ ...publishers!.report(), lagMs: lag.take() }),
  /** Publishes nothing more; resolves when all is answered. */
  stopPublishing: (): Promise<PublishReport> => publishers!.stop(),
  /** Ends all clients, which keep their cursors, and resolves when the server knows. */
  async leave(): Promise<void> {
    opened().close();
    await Promise.all(opened().clients.map(({ ended }) => ended));
  },
  /** The clients that left come back at once, to what they missed: so many records in each of their channels. */
  async comeBack({ plan, speech, missed }: ComeBackOptions): Promise<ComeBackReport & { readonly lagMs: number }> {
    const { cursors } = opened();
    lag.take();
    const back = await comeBack(plan, dialectsOf(speech), { cursors, missed });
    crowd = back.crowd;
    return { ...back.report, lagMs: lag.take() };
  },
  /** Ends all clients. */
  close(): void {
    clearInterval(watching);
    crowd?.close();
  },
};

/** What the process can do. */
export type LoadCommands = typeof commands;

function opened(): Crowd {
  if (!crowd) throw new Error("Cannot do that before clients are open");
  return crowd;
}

if (import.meta.main) {
  await obey(commands);
  Deno.exit(0);
}
