/** Why something that a program asked of the client did not come about. */
import type { ErrorJson } from "../schema/json/server_json.ts";

/** The gateway refused a request for good: trying the same again does not help. */
export class RequestRefused extends Error {
  /** Tells it from other errors. */
  override readonly name = "RequestRefused";
  /** The gateway's code, such as `forbidden`; docs/protocol.md lists them. */
  readonly code: string;

  /** Made by the client alone. */
  constructor({ code, message }: Pick<ErrorJson, "message"> & { readonly code: string }) {
    super(message);
    this.code = code;
  }
}

/** A request was not answered in time. A publish may have been written, or may not: the same one with this id counts once. */
export class NoAnswer extends Error {
  /** Tells it from other errors. */
  override readonly name = "NoAnswer";
  /** The id of the message, where the request was a publish. */
  readonly messageId: string | undefined;

  /** Made by the client alone. */
  constructor(message: string, options: { readonly messageId?: string | undefined } = {}) {
    super(message);
    this.messageId = options.messageId;
  }
}

/** The client has ended: it was closed, or the gateway will have it no more. */
export class ClientClosed extends Error {
  /** Tells it from other errors. */
  override readonly name = "ClientClosed";
  /** The WebSocket close code; 1000 where the program closed the client. */
  readonly code: number;

  /** Made by the client alone. */
  constructor(message: string, options: { readonly code: number }) {
    super(message);
    this.code = options.code;
  }
}
