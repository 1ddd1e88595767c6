/** The settings of the process, its listener, its log lines, and of who may connect. */
import { isIP } from "node:net";
import * as v from "valibot";
import { isAddressRange } from "../auth/address_set.ts";
import { isOrigin } from "../auth/check_origin.ts";
import { openSetting, setting, wholeNumber } from "./setting.ts";

/** The least length of a secret, in characters: 32 of hexadecimal are 128 bits. */
const SECRET_LENGTH = 32;
/** A header's name (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** What only has digits and dots is an IP address or a slip of the hand. */
function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[0-9.]+$/.test(text));
}

const headerName = v.pipe(v.string(), v.regex(HEADER_NAME), v.toLowerCase());
const secret = v.pipe(v.string(), v.minLength(SECRET_LENGTH));

/** The keys above all sections. */
export const TOP = v.object({
  name: setting(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,100}$/)), {
    about: "The name of this gateway, for log lines and Kafka clients",
    expected: "1 to 100 printable ASCII characters",
    env: ["APP_NAME"],
    default: "tidegate",
  }),
  node: openSetting(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,100}$/)), {
    about: "The name of this node, unique among the gateways on one log",
    expected: "1 to 100 of A-Z a-z 0-9 . _ -",
    otherwise: "made at every start",
  }),
});

/** `[http]` */
export const HTTP = v.object({
  host: setting(v.pipe(v.string(), v.check(isHost)), {
    about: "The address to listen on",
    expected: 'an IP address or host name, such as "127.0.0.1" or "::"',
    env: ["HTTP_HOST"],
    default: "127.0.0.1",
  }),
  port: wholeNumber({ min: 0, max: 65_535, default: 8080 }, {
    about: "The port to listen on; 0 takes any that is free",
    env: ["HTTP_PORT"],
  }),
  allowed_hosts: openSetting(v.pipe(v.array(v.pipe(v.string(), v.check(isHost))), v.minLength(1)), {
    about: "The host names and addresses that requests may be for, without ports; others are answered 421",
    expected: 'a list such as ["gateway.example.com"]',
    otherwise: "this machine's in mode `none` without `allow_remote`; else all",
  }),
  client_address_header: openSetting(headerName, {
    about: "The header in which `auth.trusted_proxies` list their clients' addresses, such as `x-forwarded-for`",
    expected: "the name of an HTTP header",
  }),
});

/** `[admin]` */
export const ADMIN = v.object({
  host: setting(v.pipe(v.string(), v.check(isHost)), {
    about: "The address on which operators are answered; one that other machines reach needs `token`",
    expected: 'an IP address or host name, such as "127.0.0.1" or "::1"',
    env: ["TIDEGATE_ADMIN_HOST"],
    default: "127.0.0.1",
  }),
  port: openSetting(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), {
    about: "The port of `/metrics`, `/connections`, `/healthz` and `/readyz` for operators; 0 takes any that is free",
    expected: "a whole number from 0 to 65535",
    env: ["TIDEGATE_ADMIN_PORT"],
    otherwise: "no such listener",
  }),
  token: openSetting(secret, {
    about: "What requests have to send as `Authorization: Bearer ...`",
    expected: `a text of at least ${SECRET_LENGTH} characters`,
    env: ["TIDEGATE_ADMIN_TOKEN"],
    secret: true,
  }),
});

/** `[auth]` */
export const AUTH = v.object({
  mode: setting(v.picklist(["none", "header", "jwt"]), {
    about:
      "Who clients are: `none` makes anonymous users, `header` trusts a header that a proxy sets, `jwt` takes tokens",
    expected: '"none", "header" or "jwt"',
    default: "none",
  }),
  deny_list: openSetting(v.boolean(), {
    about: "Whether users and tokens can be denied, by records of the topic `tidegate.control` (`tidegate deny`)",
    expected: "true or false",
    otherwise: "true in mode `jwt`, else false",
  }),
  header: setting(headerName, {
    about: "In mode `header`, the header that holds the user's UUID",
    expected: "the name of an HTTP header",
    default: "user_id",
  }),
  secret: openSetting(secret, {
    about: "In mode `none`, signs what lets a client keep its user id after a re-connect; the same on every node",
    expected: `a text of at least ${SECRET_LENGTH} characters`,
    env: ["TIDEGATE_SECRET"],
    secret: true,
    otherwise: "made at every start",
  }),
  allow_remote: setting(v.boolean(), {
    about: "In mode `none`, whether clients of other machines may connect",
    expected: "true or false",
    default: false,
  }),
  allowed_origins: openSetting(v.pipe(v.array(v.pipe(v.string(), v.check(isOrigin))), v.minLength(1)), {
    about: "The web sites whose pages may connect, as browsers say it in `Origin`; `*` is all of them",
    expected: 'origins such as ["https://app.example.com"], or ["*"]',
    env: ["TIDEGATE_ALLOWED_ORIGINS"],
    otherwise: "this machine's in mode `none` without `allow_remote`; else the gateway's own",
  }),
  trusted_proxies: openSetting(v.pipe(v.array(v.pipe(v.string(), v.check(isAddressRange))), v.minLength(1)), {
    about: "In mode `header`, the addresses that requests may come from",
    expected: 'IP addresses or ranges of them, such as ["10.0.0.0/8", "fd00::/8"]',
    otherwise: "this machine; any where `proxy_secret` is given",
  }),
  proxy_secret: openSetting(secret, {
    about: "In mode `header`, what the proxy has to send in `proxy_secret_header`",
    expected: `a text of at least ${SECRET_LENGTH} characters`,
    env: ["TIDEGATE_PROXY_SECRET"],
    secret: true,
  }),
  proxy_secret_header: setting(headerName, {
    about: "The header that holds `proxy_secret`",
    expected: "the name of an HTTP header",
    default: "x-tidegate-proxy-secret",
  }),
});

/** `[telemetry]` */
export const TELEMETRY = v.object({
  format: setting(v.picklist(["auto", "json", "text"]), {
    about: "How log lines are written: `auto` is `text` on a terminal and `json` elsewhere",
    expected: '"auto", "json" or "text"',
    default: "auto",
  }),
  level: setting(v.picklist(["debug", "info", "warn", "error"]), {
    about: "Log lines below this level are left out",
    expected: '"debug", "info", "warn" or "error"',
    default: "info",
  }),
});
