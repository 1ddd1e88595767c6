/** Messages back to back. */

/** The bytes of all messages one after another; the only one itself. */
export function concatenate(messages: readonly Uint8Array[]): Uint8Array {
  const [only] = messages;
  if (only && messages.length === 1) return only;
  const all = new Uint8Array(messages.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const message of messages) {
    all.set(message, at);
    at += message.length;
  }
  return all;
}
