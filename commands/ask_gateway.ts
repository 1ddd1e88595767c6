/** Asks a running gateway to deny or to allow, as it alone has its embedded log. */
import type { AllowCommand, DenyCommand } from "../adapters/cli/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";

type Admin = Configuration["admin"];

/** How long the gateway may take to answer, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Asks the gateway of the configuration by its admin listener, and tells what it did; `false` where there is none to ask.
 *
 * @param told called with until when it denied, in milliseconds since 1970; absent: for ever
 * @throws {Error} where the gateway refuses, with what it says
 */
export async function askGateway(
  admin: Admin,
  command: DenyCommand | AllowCommand,
  told: (command: DenyCommand | AllowCommand, until: number | undefined) => void,
): Promise<boolean> {
  if (!admin.port) return false;
  const { kind, id } = command.denied;
  const url = `${originOf(admin, admin.port)}/denials/${kind}/${encodeURIComponent(id)}`;
  const authorization: Record<string, string> = admin.token === undefined
    ? {}
    : { authorization: `Bearer ${admin.token}` };
  const response = await fetch(url, {
    method: command.command === "deny" ? "PUT" : "DELETE",
    headers: { accept: "application/json", ...authorization },
    ...(command.command === "deny" ? { body: bodyOf(command) } : {}),
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    // Nobody listens there: the gateway does not run.
    if (error instanceof TypeError) return undefined;
    throw error;
  });
  if (!response) return false;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const why = body.error?.message ?? `it answered ${response.status}`;
    throw new Error(`Cannot ${command.command} by ${url}: ${why}`);
  }
  told(command, body.until);
  return true;
}

/** Why no gateway was asked, and the way out. */
export function unasked({ port, ...admin }: Admin): string {
  return port
    ? `no gateway answers on ${originOf(admin, port)}`
    : "admin.port, by which the gateway could be asked, is not set";
}

function originOf({ host }: Pick<Admin, "host">, port: number): string {
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

function bodyOf({ reason, forMs }: DenyCommand): string {
  return JSON.stringify({ reason, ...(forMs === undefined ? {} : { seconds: forMs / 1000 }) });
}
