/**
 * The one gate: format, lint, types, documentation examples and all tests. `deno task test`, or `deno task test <paths>` for
 * the tests of some files alone. The last line says how many passed and failed; the exit code is 1 where one did.
 */
import config from "../deno.json" with { type: "json" };
import { documentsWithExamples } from "./gate/examples.ts";
import { permissionFlags } from "./gate/permission_flags.ts";
import { add, type Count, countOf, NOTHING } from "./gate/count.ts";
import { runDeno, type Shown } from "./gate/run_deno.ts";

const KAFKA_TESTS = ["tests/adapters/kafka", "tests/faults"];

Deno.chdir(new URL("../", import.meta.url));
const total = await (Deno.args.length > 0 ? testFiles(Deno.args) : everything());
console.log("");
if (total.ignored > 0) console.log(`${total.ignored} skipped; see above for why`);
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 ? 0 : 1);

/** Every step runs, also after one that failed. */
async function everything(): Promise<Count> {
  let total = NOTHING;
  for (const step of [format, lint, types, examples]) total = add(total, await step());
  // The tests of brokers wait for them most of the time: the others use it.
  const counts = await Promise.all([
    testFiles(KAFKA_TESTS),
    testFiles(["tests/", `--ignore=${KAFKA_TESTS.join(",")}`], "at the end"),
  ]);
  return counts.reduce(add, total);
}

function format(): Promise<Count> {
  return check("Format", ["fmt", "--check"]);
}

function lint(): Promise<Count> {
  return check("Lint", ["lint"]);
}

function types(): Promise<Count> {
  return check("Types", ["check", "--frozen"]);
}

async function examples(): Promise<Count> {
  const documents = await documentsWithExamples([
    "README.md",
    "docs",
    "mod.ts",
    "domain",
    "streams",
    "schema",
    "adapters",
    "client",
    "testing",
    "examples",
  ]);
  return await tests("Documentation examples", ["--doc", ...documents]);
}

function testFiles(paths: readonly string[], shown?: Shown): Promise<Count> {
  return tests("Tests", [...permissionFlags(config.permissions.test), ...paths], shown);
}

/** A step that is one check: it counts as one test. */
async function check(name: string, args: readonly string[]): Promise<Count> {
  const { success } = await runDeno(name, args);
  return success ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1 };
}

async function tests(name: string, args: readonly string[], shown?: Shown): Promise<Count> {
  return countOf(await runDeno(name, ["test", "--frozen", "--no-prompt", ...args], shown));
}
