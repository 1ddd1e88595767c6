/** The admin listener of a gateway, as an operator asks it. */
import type { GatewayProcess } from "./gateway_process.ts";

/** Where a gateway answers operators: `http://127.0.0.1:PORT`. It was started with `TIDEGATE_ADMIN_PORT=0`. */
export function adminOf({ lines }: Pick<GatewayProcess, "lines">): string {
  for (const line of lines) {
    const url = /"message":"Listening for operators".*?"url":"(http:[^"]+)\/metrics"/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`Cannot find the admin listener:\n${lines.join("\n")}`);
}

/** Every sample of `/metrics`, by its name and labels. */
export async function metricsOf(gateway: Pick<GatewayProcess, "lines">): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${adminOf(gateway)}/metrics`)).text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(samples.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))];
  }));
}
