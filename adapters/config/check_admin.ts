/** The rules that hold between the settings of the listener for operators. */
import type * as v from "valibot";
import type { SECTIONS } from "./all_settings.ts";
import { isLoopbackHost } from "../auth/address_set.ts";
import type { Mistake } from "./configuration_error.ts";

type Admin = v.InferOutput<typeof SECTIONS.admin>;
type Http = v.InferOutput<typeof SECTIONS.http>;

/** What is wrong with where operators are answered. */
export function adminMistakes(admin: Admin, http: Http): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  if (admin.port === undefined) return mistakes;
  if (admin.token === undefined && !isLoopbackHost(admin.host)) {
    mistakes.push({
      path: "admin.token",
      message: `expected one, as everyone who can reach admin.host ${JSON.stringify(admin.host)} is answered: ` +
        'set it, or admin.host = "127.0.0.1"',
    });
  }
  if (admin.port !== 0 && admin.port === http.port) {
    mistakes.push({
      path: "admin.port",
      message: `expected another one than http.port, got ${admin.port} for both: clients must not reach it`,
    });
  }
  return mistakes;
}
