/** A script of somebody else's: a folder outside of the project that has it as a package. */

const ROOT = new URL("../../", import.meta.url);

/** What a process said, and whether it ended well. */
export interface Said {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with files that import the package by its name; it is gone when the test is. */
export class Consumer implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder. It has no lockfile: the project's pins every package that it imports. */
  static async of(files: Readonly<Record<string, string>>): Promise<Consumer> {
    const folder = await Deno.makeTempDir({ prefix: "tidegate-consumer-" });
    const { name, imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const config = {
      lock: false,
      links: [decodeURIComponent(ROOT.pathname)],
      imports: { [name]: `jsr:${name}@*`, "@std/assert": imports["@std/assert"], rxjs: imports.rxjs },
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${path}`, text);
    return new Consumer(folder);
  }

  /** Runs this very Deno in the folder, never asking for a permission. */
  async deno(...args: readonly string[]): Promise<Said> {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: this.folder,
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { success, stdout: text(stdout), stderr: text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
