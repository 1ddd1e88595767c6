/** Which room of the architecture a file is in. */

const root = slashes(decodeURIComponent(new URL("..", import.meta.url).pathname));

/** The first folder of a file's path in the project; the name of a file that is in none. */
export function roomOf(filename: string): string {
  const path = slashes(filename);
  return (path.startsWith(root) ? path.slice(root.length) : path).split("/")[0]!;
}

/** Whether a file is in a room where only observables are transformed: no clock, no chance, no outside world. */
export function isPure(filename: string): boolean {
  const room = roomOf(filename);
  return room === "domain" || room === "streams";
}

/** On Windows a path is `C:\project`, and the path of its URL is `/C:/project`. */
function slashes(path: string): string {
  return path.replaceAll("\\", "/").replace(/^\/(?=[A-Za-z]:)/, "");
}
