/** `tidegate token`: makes a token to try a gateway with. */
import { fixedKeys, verifyToken } from "../adapters/auth/mod.ts";
import { privateSigningKey, secretSigningKey, type SigningKey, signToken } from "../adapters/auth/sign_token.ts";
import type { TokenCommand } from "../adapters/cli/mod.ts";
import type { Configuration, JwtConfiguration } from "../adapters/config/mod.ts";
import { errorText, print } from "./process.ts";

/**
 * Prints a token that the gateway of the configuration takes.
 *
 * @returns the exit code, 0
 * @throws {Error} where there is nothing to sign it with, or the gateway would not take it; the message says why
 */
export async function token(configuration: Configuration, command: TokenCommand): Promise<number> {
  const { jwt } = configuration;
  if (!jwt) {
    throw new Error(`Cannot make a token: auth.mode is "${configuration.auth.mode}", which takes none; set "jwt"`);
  }
  const key = signingKey(jwt, command);
  const { algorithms = key.verifies.algorithms } = jwt;
  const algorithm = key.verifies.algorithms.find((name) => algorithms.includes(name));
  if (algorithm === undefined) throw new Error("Cannot make a token: jwt.algorithms has none that is for this key");
  const now = Date.now();
  const made = await signToken(claims(jwt, command, now), key, algorithm);
  // The gateway may have another key than the one in the file.
  if (!("url" in jwt.keys)) {
    const judged = await verifyToken(made, { keys: fixedKeys(jwt.keys), rules: jwt, now });
    if ("reason" in judged) throw new Error(`Cannot make a token that this gateway takes: ${judged.reason}`);
  }
  print(made);
  return 0;
}

function signingKey({ secret, keys }: JwtConfiguration, { key }: TokenCommand): SigningKey {
  if (key !== undefined) {
    try {
      return privateSigningKey(Deno.readTextFileSync(key));
    } catch (error) {
      throw new Error(`Cannot sign with ${JSON.stringify(key)}: ${errorText(error)}`);
    }
  }
  if (secret !== undefined) return secretSigningKey(secret);
  const what = "url" in keys ? "jwt.jwks_url has public keys only" : "jwt.key is a public key, which signs nothing";
  throw new Error(
    `Cannot make a token: ${what}; give the private one with --key FILE, ask who has it for a token, ` +
      "or use TIDEGATE_JWT_SECRET for development",
  );
}

function claims(jwt: JwtConfiguration, command: TokenCommand, now: number): Record<string, unknown> {
  const { user, grants, forMs, id } = command;
  const audience = jwt.audience?.length === 1 ? jwt.audience[0] : jwt.audience;
  const second = Math.floor(now / 1000);
  return {
    [jwt.userClaim]: user,
    [jwt.permissionsClaim]: grants,
    iat: second,
    exp: second + Math.ceil(forMs / 1000),
    ...(jwt.issuer === undefined ? {} : { iss: jwt.issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
    jti: id ?? crypto.randomUUID(),
  };
}
