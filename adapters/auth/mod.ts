/**
 * Who clients are.
 *
 * @module
 */
export { checkOrigin, isOrigin, type OriginOptions, originRule } from "./check_origin.ts";
export { headerAuthenticator, type HeaderAuthenticatorOptions } from "./header_authenticator.ts";
export { noneAuthenticator, type NoneAuthenticatorOptions } from "./none_authenticator.ts";
