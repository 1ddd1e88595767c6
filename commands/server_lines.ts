/** The frames of a gateway, as far as the command line looks at them. */

/** A frame of the gateway, decoded. */
export interface ServerLine {
  readonly id?: number;
  readonly connected?: {
    readonly resume?: string;
    readonly subscriptions: readonly SubscribedLine[];
  };
  readonly subscribed?: SubscribedLine;
  readonly unsubscribed?: { readonly channel: string; readonly reason?: string };
  readonly publication?: { readonly channel: string; readonly cursor: string };
  readonly published?: { readonly position: { readonly partition: number; readonly offset: string } };
  readonly gap?: { readonly channel: string; readonly cursor: string; readonly reason: string };
  readonly error?: { readonly code: string; readonly message: string; readonly retry: string };
}

/** The word of a subscription. */
export interface SubscribedLine {
  readonly channel: string;
  readonly cursor: string;
  readonly recovered: boolean;
  readonly reason?: string;
}

/** Decodes one line of a gateway that is trusted to speak the protocol. */
export function parseServerLine(text: string): ServerLine {
  return JSON.parse(text) as ServerLine;
}

/** The text of a publication in its line, as the gateway wrote it: numbers of any size keep their digits. */
export function publicationText(line: string): string {
  return line.slice('{"publication":'.length, -1);
}
