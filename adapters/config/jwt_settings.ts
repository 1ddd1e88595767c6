/** The settings of tokens. */
import * as v from "valibot";
import { isLoopbackHost } from "../auth/address_set.ts";
import { TOKEN_ALGORITHMS } from "../auth/token_key.ts";
import { openSetting, setting } from "./setting.ts";

/** The least length of a secret that signs tokens, in bytes: that of a SHA-256 (RFC 7518, 3.2). */
const SECRET_BYTES = 32;

/** Keys are only as good as the way that they come: other machines are asked with TLS. */
function isKeyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname.replace(/^\[(.*)\]$/, "$1")));
}

const claim = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** `[jwt]` */
export const JWT = v.object({
  secret: openSetting(v.pipe(v.string(), v.minBytes(SECRET_BYTES)), {
    about: "The secret that tokens are signed with: `HS256`, from 48 bytes on `HS384`, from 64 on `HS512` too",
    expected: `a text of at least ${SECRET_BYTES} bytes`,
    env: ["TIDEGATE_JWT_SECRET"],
    secret: true,
  }),
  key: openSetting(v.pipe(v.string(), v.minLength(1)), {
    about: "A file with the public key of who signs tokens: PEM, a JWK, or a JWK set",
    expected: "the path of a file",
    env: ["TIDEGATE_JWT_KEY"],
  }),
  jwks_url: openSetting(v.pipe(v.string(), v.check(isKeyUrl)), {
    about: "Where the identity provider publishes its keys, as a JWK set; fetched once in 30 seconds at most",
    expected: "an https: URL, or an http: one of this machine",
    env: ["TIDEGATE_JWKS_URL"],
  }),
  algorithms: openSetting(v.pipe(v.array(v.picklist(TOKEN_ALGORITHMS)), v.minLength(1)), {
    about: "The algorithms that tokens may be signed with, of those that fit the key",
    expected: `one or more of ${TOKEN_ALGORITHMS.join(", ")}`,
    otherwise: "all that fit the key",
  }),
  issuer: openSetting(v.pipe(v.string(), v.minLength(1)), {
    about: "What the claim `iss` of a token has to be",
    expected: "a text",
    env: ["TIDEGATE_JWT_ISSUER"],
    otherwise: "any, or none",
  }),
  audience: openSetting(v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1)), {
    about: "What the claim `aud` of a token has to be, or to have one of",
    expected: 'texts such as ["https://gateway.example.com"]',
    env: ["TIDEGATE_JWT_AUDIENCE"],
    otherwise: "any, or none",
  }),
  user_claim: setting(claim, {
    about: "The claim that holds the user id: 1 to 200 of `A-Z a-z 0-9 _ . ~ -`",
    expected: "the name of a claim",
    default: "sub",
  }),
  permissions_claim: setting(claim, {
    about: "The claim that holds what the user may do: channel patterns by action",
    expected: "the name of a claim",
    default: "tidegate",
  }),
});
