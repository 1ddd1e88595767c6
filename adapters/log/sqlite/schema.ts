/** Worker side: the tables of the file. */

/** "TIDG": says that a file is ours. */
export const APPLICATION = 0x54494447;

/** The version of the tables; one that is higher cannot be read. */
export const SCHEMA = 1;

/**
 * `records.seq` is the order of all records over all partitions, by which they expire. Keys are bytes: text would end at a NUL. What is
 * small comes before what is large, so that reading it loads no overflow pages.
 */
export const TABLES = `
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL,
    low INTEGER NOT NULL, next INTEGER NOT NULL, bytes INTEGER NOT NULL, UNIQUE (topic, number)) STRICT;
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY, partition INTEGER NOT NULL, position INTEGER NOT NULL, time INTEGER NOT NULL,
    bytes INTEGER NOT NULL, key BLOB, headers BLOB, value BLOB) STRICT;
  CREATE UNIQUE INDEX by_position ON records (partition, position);
  CREATE INDEX by_key ON records (partition, key, position) WHERE key IS NOT NULL;
  CREATE TABLE probe (id INTEGER PRIMARY KEY, pad BLOB) STRICT;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${SCHEMA};`;
