import { assert, assertGreater } from "@std/assert";
import { readSourceTree } from "../architecture/source_tree.ts";
import { documents, readDocument } from "../docs/document.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The examples of a text that are not run, with the comment's stars taken off. */
function ignoredExamples(text: string): string[] {
  return [...text.matchAll(/^( \* |)```ts ignore\n(.*?)^ ?\*? ?```$/gms)]
    .map(([, , body]) => body!.replaceAll(/^ \*(?: |$)/gm, ""));
}

Deno.test("docs: an example that is not run has the right types", async () => {
  const { files } = await readSourceTree();
  const sources = files.map(({ path }) => path).filter((path) => !/^(tests|bench)\//.test(path));
  const examples = [...documents(), ...sources].flatMap((path) =>
    ignoredExamples(readDocument(path)).map((body) => `// ${path}\n${body}`)
  );
  assertGreater(examples.length, 3);
  const folder = await Deno.makeTempDir({ prefix: "tidegate-examples-" });
  try {
    const modules = await Promise.all(examples.map(async (body, at) => {
      const path = `${folder}/example_${at}.ts`;
      await Deno.writeTextFile(path, body);
      return path;
    }));
    const { success, stderr } = await new Deno.Command("deno", {
      args: ["check", "--quiet", "--frozen", "--config", `${ROOT}deno.json`, ...modules],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
