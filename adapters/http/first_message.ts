import { Observable, type Subscriber } from "rxjs";

/** All that a plain HTTP request says, to its only subscriber: one message at once, and then its end. */
export class FirstMessage {
  /** Emits the message on subscription, and completes when this is ended. The second subscription completes at once. */
  readonly messages: Observable<string | Uint8Array> = new Observable((reader) => this.#attach(reader));

  readonly #message: string | Uint8Array;
  #reader: Subscriber<string | Uint8Array> | undefined;
  #over = false;

  constructor(message: string | Uint8Array) {
    this.#message = message;
  }

  /** Completes the messages, once. */
  end(): void {
    this.#over = true;
    this.#reader?.complete();
    this.#reader = undefined;
  }

  #attach(reader: Subscriber<string | Uint8Array>): (() => void) | void {
    if (this.#over) return reader.complete();
    this.#over = true;
    this.#reader = reader;
    reader.next(this.#message);
    return () => void (this.#reader = undefined);
  }
}
