/** What the environment says, as values of settings. */
import { ALL_SETTINGS } from "./all_settings.ts";
import type { Setting } from "./setting.ts";

/** A setting's value from the environment. */
export interface EnvironmentValue {
  readonly setting: Setting;
  /** The variable that it is from. */
  readonly variable: string;
  /** Of the setting's type where the text is one; else the text, for the schema to refuse. */
  readonly value: unknown;
}

/** The settings that the environment has. An empty variable is an absent one. */
export function environmentValues(env: (name: string) => string | undefined): readonly EnvironmentValue[] {
  return ALL_SETTINGS.flatMap((setting) => {
    for (const variable of setting.env ?? []) {
      const text = env(variable);
      if (text) return [{ setting, variable, value: parseText(text, setting.type) }];
    }
    return [];
  });
}

function parseText(text: string, type: Setting["type"]): unknown {
  switch (type) {
    case "number":
      return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case "boolean":
      return { true: true, "1": true, false: false, "0": false }[text.trim().toLowerCase()] ?? text;
    case "list":
      return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
    case "string":
      return text;
  }
}
