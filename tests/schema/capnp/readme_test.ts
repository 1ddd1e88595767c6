/** The Python example of schema/README.md, as a reader runs it. */
import { assert, assertEquals } from "@std/assert";
import { startGateway } from "../../e2e/gateway_process.ts";
import { installPycapnp, pythonTool, runPython } from "./pycapnp.ts";

const ROOT = new URL("../../../", import.meta.url);
const { ignore } = await pythonTool();

Deno.test({
  name: "the Python example of schema/README.md subscribes, publishes and gets its publication",
  ignore,
  fn: async () => {
    const readme = await Deno.readTextFile(new URL("schema/README.md", ROOT));
    const example = /```python\n(.*?)```/s.exec(readme)?.[1];
    assert(example, "there is no example");
    await installPycapnp();
    await using gateway = await startGateway({ config: '[log]\nkind = "memory"\n' });
    const output = await runPython(example, { args: [gateway.url] });
    assertEquals(new TextDecoder().decode(output), 'chat:lobby {"hello": "from Python"}\n');
  },
});
