/** What a pipeline module exports, held against what it should. */
import type { Outbound } from "../../domain/outbound.ts";
import type { Inbound, Pipeline } from "../../domain/pipeline.ts";
import { nearestName } from "../config/nearest_name.ts";

const NAMES = ["inbound", "outbound"];

const EXPECTED = "expected inbound, a function of a publish, or outbound, made by each(...) or over(...), or both";

/** The pipelines that a module exports, or what is wrong with it. Other exports are the module's own business, unless they are slips. */
export function readExports(module: Readonly<Record<string, unknown>>): Pipeline | { readonly mistake: string } {
  const { inbound, outbound } = module;
  const slip = Object.keys(module).filter((name) => !NAMES.includes(name)).flatMap((name) => {
    const meant = nearestName(name, NAMES);
    return meant === undefined ? [] : [{ name, meant }];
  })[0];
  if (slip) return { mistake: `it exports ${slip.name}: did you mean ${slip.meant}? Else give it another name` };
  if (inbound === undefined && outbound === undefined) {
    const names = Object.keys(module);
    return { mistake: `it exports ${names.length === 0 ? "nothing" : names.join(", ")}: ${EXPECTED}` };
  }
  if (inbound !== undefined && typeof inbound !== "function") {
    return { mistake: `its inbound is ${kindOf(inbound)}: expected a function of a publish` };
  }
  if (outbound !== undefined && !isOutbound(outbound)) {
    const wrap = typeof outbound === "function" ? "; wrap the function in one of them" : "";
    return { mistake: `its outbound is ${kindOf(outbound)}: expected what each(...) or over(...) makes${wrap}` };
  }
  return { ...(inbound ? { inbound: inbound as Inbound<never> } : {}), ...(outbound ? { outbound } : {}) };
}

/** Also what another copy of the library has made. */
function isOutbound(value: unknown): value is Outbound {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("run" in value)) return false;
  return (value.kind === "each" || value.kind === "over") && typeof value.run === "function";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
