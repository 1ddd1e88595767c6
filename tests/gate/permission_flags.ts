/** A permission set of `deno.json`. */
export interface PermissionSet {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
  readonly env: readonly string[];
  readonly run: readonly string[];
}

/**
 * The set as flags, with what differs from machine to machine: the folder of temporary files, this very Deno where it is not on the
 * PATH, and the network of a cluster that `KAFKA_BROKERS` names. (`-P=test` is the same without these.)
 */
export function permissionFlags(set: PermissionSet): string[] {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  const flag = (name: keyof PermissionSet, ...more: string[]) => `--allow-${name}=${[...set[name], ...more].join(",")}`;
  return [
    flag("read", temporary),
    flag("write", temporary),
    Deno.env.get("KAFKA_BROKERS") ? "--allow-net" : flag("net"),
    flag("env"),
    flag("run", Deno.execPath()),
  ];
}
