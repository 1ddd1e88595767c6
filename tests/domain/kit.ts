/** The names that `testing/` had before. */
import type { Counter } from "../../domain/ports/telemetry.ts";
import { type Note, type TestClient, TestGateway, type TestGatewayOptions } from "../../testing/mod.ts";

export {
  DEFAULT_ROUTES,
  frameOf,
  riggedLog,
  TestClient,
  testCodec as valueCodec,
  VirtualClock,
} from "../../testing/mod.ts";
export type BenchOptions = TestGatewayOptions;

export class Bench extends TestGateway {
  constructor(options: BenchOptions = {}) {
    super(options);
  }

  get counts(): { get(counter: Counter): number | undefined } {
    return { get: (counter) => this.telemetry.counted(counter) || undefined };
  }

  get notes(): readonly Note[] {
    return this.telemetry.notes;
  }

  publish(client: TestClient, channel: string, ...texts: readonly string[]): void {
    client.publishJson(channel, ...texts);
  }
}
