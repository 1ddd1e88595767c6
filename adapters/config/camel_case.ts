/** Names as TypeScript writes them, of names as TOML files write them. */

/** `create_topics` as `createTopics`. */
export type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** The table with its keys in camel case. */
export type CamelKeys<Table> = { readonly [Key in keyof Table as CamelCase<Key & string>]: Table[Key] };

/** The table with its keys, not those of tables in it, in camel case; keys whose value is `undefined` are left out. */
export function camelKeys<Table extends object>(table: Table): CamelKeys<Table> {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [camelCase(key), value])) as CamelKeys<Table>;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
