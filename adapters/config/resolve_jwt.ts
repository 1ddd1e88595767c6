/** The rules that hold between the settings of tokens. */
import type * as v from "valibot";
import { keysIn } from "../auth/key_file.ts";
import { secretKey, type TokenKey } from "../auth/token_key.ts";
import type { SECTIONS } from "./all_settings.ts";
import type { JwtConfiguration } from "./configuration.ts";
import type { Mistake } from "./configuration_error.ts";

type Jwt = v.InferOutput<typeof SECTIONS.jwt>;

const SOURCES = ["secret", "key", "jwks_url"] as const;

/** The section as the gateway uses it, its key read, or what is wrong with it; for `auth.mode` `jwt`. */
export function resolveJwt(
  jwt: Jwt,
  { readTextFile }: { readonly readTextFile: (path: string) => string },
): { readonly output?: JwtConfiguration; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const miss = (key: string, message: string) => void mistakes.push({ path: `jwt.${key}`, message });
  const given = SOURCES.filter((name) => jwt[name] !== undefined);
  if (given.length === 0) {
    miss("secret", 'auth.mode is "jwt": expected one of jwt.secret (TIDEGATE_JWT_SECRET), jwt.key and jwt.jwks_url');
  }
  for (const name of given.slice(1)) miss(name, `jwt.${given[0]} is given: expected one place of keys, not two`);

  const keys = keysOf();
  const { algorithms } = jwt;
  if (algorithms && keys && !keys.some((key) => key.algorithms.some((name) => algorithms.includes(name)))) {
    const fitting = [...new Set(keys.flatMap((key) => key.algorithms))].join(", ");
    miss("algorithms", `none of them is for the key in jwt.${given[0]}: expected some of ${fitting}`);
  }
  if (mistakes.length > 0) return { mistakes };
  return {
    mistakes: [],
    output: {
      keys: keys ?? { url: jwt.jwks_url! },
      ...(jwt.secret === undefined ? {} : { secret: jwt.secret }),
      ...(algorithms ? { algorithms } : {}),
      ...(jwt.issuer === undefined ? {} : { issuer: jwt.issuer }),
      ...(jwt.audience ? { audience: jwt.audience } : {}),
      userClaim: jwt.user_claim,
      permissionsClaim: jwt.permissions_claim,
    },
  };

  function keysOf(): readonly TokenKey[] | undefined {
    if (jwt.secret !== undefined) return [secretKey(jwt.secret)];
    if (jwt.key === undefined) return undefined;
    const name = JSON.stringify(jwt.key);
    let text: string;
    try {
      text = readTextFile(jwt.key);
    } catch (error) {
      miss("key", `cannot read ${name}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
    try {
      return keysIn(text);
    } catch (error) {
      miss("key", `cannot use ${name}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
