/**
 * Who clients are.
 *
 * @module
 */
export { isLoopbackHost } from "./address_set.ts";
export { checkOrigin, isOrigin, type OriginOptions, originRule } from "./check_origin.ts";
export { clientAddress, type ClientAddressOptions } from "./client_address.ts";
export { headerAuthenticator, type HeaderAuthenticatorOptions } from "./header_authenticator.ts";
export { jwtAuthenticator, type JwtAuthenticatorOptions } from "./jwt_authenticator.ts";
export { keysIn } from "./key_file.ts";
export { type HostOptions, hostRule, isThisMachine } from "./host_rule.ts";
export { noneAuthenticator, type NoneAuthenticatorOptions } from "./none_authenticator.ts";
export { RemoteKeys, type RemoteKeysOptions } from "./remote_keys.ts";
export {
  fixedKeys,
  type KeyHint,
  KeysUnavailable,
  publicKey,
  secretKey,
  TOKEN_ALGORITHMS,
  type TokenKey,
  type TokenKeys,
} from "./token_key.ts";
export { type TokenProblem, type TokenRules, verifyToken } from "./verify_token.ts";
