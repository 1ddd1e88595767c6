/** Which names of `Deno` a part of the project uses. */

/** Each `Deno.name` in a source, comments left out. */
export function denoNames(source: string): Set<string> {
  const code = source.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
  return new Set(Array.from(code.matchAll(/\bDeno\.([A-Za-z]\w*)/g), ([, name]) => name!));
}
