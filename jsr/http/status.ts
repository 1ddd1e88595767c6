import {
  isClientErrorStatus as isClientError,
  isErrorStatus as isError,
  STATUS_CODE as codes,
  STATUS_TEXT as texts,
} from "deno-std/http/status.js";

/** HTTP status codes by name, such as `STATUS_CODE.NotFound`: the part of `@std/http/status` that this project uses. */
export const STATUS_CODE: {
  readonly SwitchingProtocols: 101;
  readonly OK: 200;
  readonly NoContent: 204;
  readonly NotModified: 304;
  readonly BadRequest: 400;
  readonly Unauthorized: 401;
  readonly Forbidden: 403;
  readonly NotFound: 404;
  readonly MethodNotAllowed: 405;
  readonly NotAcceptable: 406;
  readonly RequestTimeout: 408;
  readonly Conflict: 409;
  readonly ContentTooLarge: 413;
  readonly UnsupportedMediaType: 415;
  readonly MisdirectedRequest: 421;
  readonly UnprocessableEntity: 422;
  readonly UpgradeRequired: 426;
  readonly TooManyRequests: 429;
  readonly RequestHeaderFieldsTooLarge: 431;
  readonly InternalServerError: 500;
  readonly ServiceUnavailable: 503;
} = codes;

/** One of the status codes of {@linkcode STATUS_CODE}. */
export type StatusCode = typeof STATUS_CODE[keyof typeof STATUS_CODE];

/** The reason phrase of each status code, such as `STATUS_TEXT[404] === "Not Found"`. */
export const STATUS_TEXT: { readonly [code in StatusCode]: string } = texts;

/** Whether a status code is of the range 400 to 499. */
export const isClientErrorStatus: (status: number) => boolean = isClientError;

/** Whether a status code is of the range 400 to 599. */
export const isErrorStatus: (status: number) => boolean = isError;
