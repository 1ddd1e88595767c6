/** What is on the heap, by kind of object. */

/** The JSON of V8's heap snapshots: a node is a row of fields in one long list. */
export interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly (readonly string[])[] };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** The objects of one kind. */
export interface HeapKind {
  readonly kind: string;
  readonly count: number;
  /** Of the objects themselves, without what they hold. */
  readonly bytes: number;
}

/** Sums a snapshot up; what takes the most is first. */
export function heapByKind({ snapshot: { meta }, nodes, strings }: HeapSnapshot): readonly HeapKind[] {
  const [type, name, size] = ["type", "name", "self_size"].map((field) => meta.node_fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const types = meta.node_types[0]!;
  const kinds = new Map<string, { count: number; bytes: number }>();
  for (let at = 0; at < nodes.length; at += meta.node_fields.length) {
    const label = strings[nodes[at + name]!]!.replace(/ @\d+$/, "").slice(0, 60);
    const kind = `${types[nodes[at + type]!]} ${label}`;
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0 };
    kinds.set(kind, { count: sum.count + 1, bytes: sum.bytes + nodes[at + size]! });
  }
  return [...kinds].map(([kind, sum]) => ({ kind, ...sum })).sort((one, other) => other.bytes - one.bytes);
}
