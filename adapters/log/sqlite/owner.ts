/** Who has the file open, for the message that another process gives: the lock itself tells nothing. */

/** Writes this process's id beside the file. */
export async function writeOwner(path: string): Promise<void> {
  try {
    await Deno.writeTextFile(ownerPath(path), `${Deno.pid}\n`);
  } catch {
    // Then the message says less; the log works without it.
  }
}

/** The id of the process that has the file open; `undefined` where that was not written. */
export async function readOwner(path: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await Deno.readTextFile(ownerPath(path)), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Removes what {@linkcode writeOwner} wrote. It does no harm where it stays. */
export async function removeOwner(path: string): Promise<void> {
  try {
    await Deno.remove(ownerPath(path));
  } catch {
    // Somebody was faster, or the folder is gone.
  }
}

function ownerPath(path: string): string {
  return `${path}.pid`;
}
