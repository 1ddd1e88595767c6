const ROOT = new URL("../../", import.meta.url);

/** The text of a document, by its path in the project. */
export function readDocument(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The lines under a heading, up to the next heading; throws where the document has no such heading. */
export function section(document: string, heading: string): string[] {
  const lines = document.split("\n");
  const from = lines.indexOf(heading);
  if (from === -1) throw new Error(`Cannot find the heading ${heading}`);
  const length = lines.slice(from + 1).findIndex((line) => /^#+ /.test(line));
  return lines.slice(from + 1, length === -1 ? undefined : from + 1 + length);
}

/** Every Markdown file for readers: `README.md` and all under `docs/`. */
export function documents(): string[] {
  return ["README.md", ...markdownIn("docs/")];
}

function markdownIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return markdownIn(`${folder}${name}/`);
    return name.endsWith(".md") ? [folder + name] : [];
  });
}
