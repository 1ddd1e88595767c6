/** From a token to who it says is connected. */
import { errors, type JWTPayload, jwtVerify } from "jose";
import { isUserId, type UserId } from "../../domain/channel.ts";
import { parseGrants } from "../../domain/grants.ts";
import type { Identity } from "../../domain/ports/authenticator.ts";
import { KeysUnavailable, TOKEN_ALGORITHMS, type TokenKeys } from "./token_key.ts";
import { parseUserUuid } from "./user_uuid.ts";

/** What tokens have to hold. */
export interface TokenRules {
  /** The algorithms that are taken, of those that the key has; default: all of them. */
  readonly algorithms?: readonly string[];
  /** What `iss` has to be; absent: anything. */
  readonly issuer?: string;
  /** What `aud` has to have one of; absent: anything. */
  readonly audience?: readonly string[];
  /** The claim that holds the user id. */
  readonly userClaim: string;
  /** The claim that holds what the user may do. */
  readonly permissionsClaim: string;
}

/** Why there is no identity. */
export interface TokenProblem {
  /** `bad`: the token is not good. `unavailable`: that cannot be told now. */
  readonly kind: "bad" | "unavailable";
  /** Completes "Cannot take this token: ..."; never a part of the token but its claims' names. */
  readonly reason: string;
}

/** A token is never longer, in characters. */
export const LONGEST_TOKEN = 8_192;
/** How far the clocks of the gateway and of who made the token may be apart, in milliseconds. */
export const SKEW_MS = 30_000;
/** The longest `jti` and `kid` that mean something. */
const LONGEST_ID = 256;
/** The last moment that a `Date` can say, in seconds. */
const LAST_SECOND = 8_640_000_000_000;

/** Three parts, each of base64url: nothing around or between them, where lenient readers look away. */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** A reason of our own. */
class BadToken extends Error {}

/**
 * Verifies a token: its signature by the one key that fits it, then `exp` (which it must have), `nbf`, `iss` and `aud`. Keys that the
 * token itself brings or points to (`jwk`, `jku`, `x5c`, `x5u`) mean nothing. Never rejects.
 *
 * The identity ends at `exp`; one that has passed within the skew is taken until the skew has passed, too.
 *
 * @param now milliseconds since 1970
 */
export async function verifyToken(
  token: string,
  { keys, rules, now }: { readonly keys: TokenKeys; readonly rules: TokenRules; readonly now: number },
): Promise<Identity | TokenProblem> {
  try {
    if (token.length > LONGEST_TOKEN) throw new BadToken(`it is longer than ${LONGEST_TOKEN} characters`);
    if (!COMPACT.test(token)) throw new BadToken("it is no signed JWT");
    const { payload } = await jwtVerify(token, async ({ alg, kid }) => {
      if (typeof alg !== "string" || kid !== undefined && typeof kid !== "string") {
        throw new BadToken("its head is wrong");
      }
      if (kid !== undefined && kid.length > LONGEST_ID) throw new BadToken("the id of its key is too long");
      const key = await keys.find({ algorithm: alg, id: kid });
      if (!key) throw new BadToken("no key has its algorithm and the id of its key");
      return key.material;
    }, {
      algorithms: [...rules.algorithms ?? TOKEN_ALGORITHMS],
      ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
      ...(rules.audience === undefined ? {} : { audience: [...rules.audience] }),
      requiredClaims: ["exp"],
      clockTolerance: SKEW_MS / 1000,
      currentDate: new Date(now),
    });
    return identityOf(payload, { rules, now });
  } catch (error) {
    if (error instanceof KeysUnavailable) return { kind: "unavailable", reason: error.message };
    return { kind: "bad", reason: reasonOf(error) };
  }
}

function identityOf(payload: JWTPayload, { rules, now }: { rules: TokenRules; now: number }): Identity {
  const claim = (name: string): unknown => Object.hasOwn(payload, name) ? payload[name] : undefined;
  const user = userOf(claim(rules.userClaim));
  if (user === undefined) {
    throw new BadToken(`its claim ${rules.userClaim} is no user id: 1 to 200 of A-Z a-z 0-9 _ . ~ -`);
  }
  const grants = parseGrants(claim(rules.permissionsClaim), user);
  if (typeof grants === "string") throw new BadToken(`its claim ${rules.permissionsClaim} is wrong: ${grants}`);
  const id = claim("jti");
  if (id !== undefined && (typeof id !== "string" || id === "" || id.length > LONGEST_ID)) {
    throw new BadToken(`its claim jti is no text of 1 to ${LONGEST_ID} characters`);
  }
  const exp = payload.exp!;
  if (exp > LAST_SECOND) throw new BadToken("its claim exp is no time");
  const end = Math.floor(exp * 1000);
  return {
    user,
    grants,
    ...(id === undefined ? {} : { token: id }),
    expiresAt: end > now ? end : end + SKEW_MS,
  };
}

/** UUIDs are one user's in either case, as they are of a proxy. */
function userOf(value: unknown): UserId | undefined {
  if (typeof value !== "string") return undefined;
  return parseUserUuid(value) ?? (isUserId(value) ? value : undefined);
}

function reasonOf(error: unknown): string {
  if (error instanceof BadToken) return error.message;
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf") return "it is not valid yet";
    return error.reason === "missing" ? `its claim ${error.claim} is missing` : `its claim ${error.claim} is another's`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature does not verify";
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not taken";
  return "it is no signed JWT";
}
