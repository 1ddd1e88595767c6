import { assert, assertEquals } from "@std/assert";
import { ALL_SETTINGS, SECTION_NAMES } from "../../../adapters/config/all_settings.ts";
import type { Setting } from "../../../adapters/config/setting.ts";
import { authority } from "../../kafka/secure_certificates.ts";
import { load } from "./fixtures.ts";

const example = Deno.readTextFileSync(new URL("../../../config.example.toml", import.meta.url));
const documentation = Deno.readTextFileSync(new URL("../../../docs/configuration.md", import.meta.url));

/** A line of the example that holds TOML behind its `#`. */
const COMMENTED = /^#(?=\[\[|[a-z_]+ = )/;
const NO_DEFAULT = /# no default$/;

/** The example with its commented lines taken in where `take` says so. */
function uncommented(take: (line: string) => boolean): string {
  return example.split("\n").map((line) => take(line) ? line.replace(COMMENTED, "") : line).join("\n");
}

Deno.test("the example as it is changes nothing", () => {
  assertEquals(load({ toml: example }), load());
});

Deno.test("the example's defaults, taken in, are the defaults", () => {
  const toml = uncommented((line) => !NO_DEFAULT.test(line));
  assert(toml.includes("\nframe_bytes = "));
  assertEquals(load({ toml }), load());
});

Deno.test("the example's lines without a default, taken in too, make a configuration", () => {
  const toml = uncommented(() => true).replace('security_protocol = "plaintext"', 'security_protocol = "sasl_ssl"')
    .replace('kind = "sqlite"', 'kind = "kafka"');
  const ca = authority("An authority");
  const { cert, key } = ca.certify("tidegate");
  const files = {
    "certificates/ca.pem": ca.cert,
    "certificates/tidegate.pem": cert,
    "certificates/tidegate.key": key,
  };
  const { kafka, log, auth } = load({ toml, files });
  assertEquals([kafka?.ssl, kafka?.sasl?.mechanism], [
    { ca: ca.cert, cert, key },
    "scram-sha-512",
  ]);
  assertEquals([log.retentionHours, auth.trustedProxies], [168, ["10.0.0.0/8", "fd00::/8"]]);
});

Deno.test("every key, and no other, is in the example, in its section, marked where it has no default", () => {
  const found = new Map<string, boolean>();
  let section = "";
  for (const line of example.split("\n")) {
    const header = /^#?\[\[?([a-z]+)\]\]?$/.exec(line);
    if (header) section = header[1]!;
    const key = /^#?([a-z_]+) = /.exec(line);
    if (key) found.set(join(section, key[1]!), NO_DEFAULT.test(line));
  }
  const computed = ["log.kind", "kafka.client_id"];
  const expected = ALL_SETTINGS.map((setting) => {
    const path = join(setting.section, setting.key);
    return [path, setting.default === undefined && !setting.required && !computed.includes(path)] as const;
  });
  assertEquals([...found].sort(), [...expected].sort());
});

Deno.test("every variable is in the example", () => {
  for (const variable of ALL_SETTINGS.flatMap(({ env }) => env ?? [])) assert(example.includes(variable), variable);
});

Deno.test("every key, and no other, is in the documentation, as a row of its section that is true", () => {
  const sections = new Map<string, string[]>();
  let section: string | undefined;
  for (const line of documentation.split("\n")) {
    const heading = /^## (?:`\[+([a-z]+)\]+`|(The file's top))/.exec(line);
    if (heading) section = heading[1] ?? "";
    else if (line.startsWith("## ")) section = undefined;
    if (section !== undefined && line.startsWith("| `")) {
      // The formatter fills columns up with spaces.
      sections.set(section, [...sections.get(section) ?? [], line.replace(/ +/g, " ")]);
    }
  }
  for (const name of ["", ...SECTION_NAMES, "routes"]) {
    const rows = ALL_SETTINGS.filter((setting) => setting.section === name).map(documentationRow);
    assertEquals(sections.get(name), rows, `section "${name}" of docs/configuration.md; expected:\n${rows.join("\n")}`);
  }
  assertEquals([...sections.keys()].sort(), ["", ...SECTION_NAMES, "routes"].sort());
});

/** The row of a setting in the documentation. */
function documentationRow(setting: Setting): string {
  const fallback = setting.default === undefined
    ? setting.otherwise ?? (setting.required ? "required" : "none")
    : "`" + JSON.stringify(setting.default) + "`";
  const variables = (setting.env ?? []).map((name) => "`" + name + "`").join(", ");
  return `| \`${setting.key}\` | ${setting.about} | ${setting.expected} | ${fallback} | ${variables} |`.replace(
    "|  |",
    "| |",
  );
}

function join(section: string, key: string): string {
  return section === "" ? key : `${section}.${key}`;
}
