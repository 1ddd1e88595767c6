/** Bytes that are no Cap'n Proto message of ours. */

/** Why bytes cannot be read. Thrown within the codec only, and caught at its edge. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}
