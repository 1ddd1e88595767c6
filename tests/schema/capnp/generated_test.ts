import { assertEquals } from "@std/assert";
import { generate } from "../../../schema/codegen/generate.ts";
import { capnpTool } from "./capnp_tool.ts";

const { ignore } = await capnpTool();

Deno.test({
  name: "schema/generated is what deno task schema makes of schema/gateway.capnp",
  ignore,
  fn: async () => {
    for (const { url, text } of await generate()) {
      assertEquals(await Deno.readTextFile(url) === text, true, `${url.pathname} is not current: run deno task schema`);
    }
  },
});
