/**
 * Who clients are.
 *
 * @module
 */
export { headerAuthenticator, type HeaderAuthenticatorOptions } from "./header_authenticator.ts";
export { noneAuthenticator, type NoneAuthenticatorOptions } from "./none_authenticator.ts";
