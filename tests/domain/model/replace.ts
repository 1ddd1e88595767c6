/** Puts other methods into a class, to break it on purpose; returns what mends it. */
export function replace(prototype: object, methods: Readonly<Record<string, unknown>>): () => void {
  const before = Object.fromEntries(
    Object.keys(methods).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)!]),
  );
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
  return () => Object.defineProperties(prototype, before);
}
