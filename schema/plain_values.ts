/** What a client wrote, as plain values, looked at with suspicion. */

/** A parsed object. Its keys are own properties, `__proto__` among them; look only for names that `Object.prototype` has not. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object, and no array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a parsed value is an integer from 1 to 2^32-1. */
export function isUint32(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 0xffffffff;
}

/** A parsed value as it stands in an error message: texts quoted and cut to 64 characters, objects and arrays only by kind. */
export function excerpt(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 64 ? value.slice(0, 64) + "…" : value);
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "an array";
  return isJsonObject(value) ? "an object" : String(value);
}
