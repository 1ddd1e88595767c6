/** How long an embedded log keeps its records. */
export interface Retention {
  /** A record is forgotten when it is so many milliseconds old. Default: never. */
  readonly ageMs?: number;
  /**
   * The oldest records are forgotten while all of the log's records, over all of its topics, are more bytes than this.
   * Default: no limit.
   */
  readonly bytes?: number;
  /** Topics whose newest record of each key is never forgotten, whatever its age, nor counted. Default: none. */
  readonly compacted?: readonly string[];
}
