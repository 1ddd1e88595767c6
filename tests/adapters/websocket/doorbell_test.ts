import { assertEquals } from "@std/assert";
import { type Address, RawClient } from "../../contract/transport/raw_client.ts";

Deno.test({
  name: "a flood of connections beyond the process's open files does not silence the gateway, nor end who was there",
  ignore: Deno.build.os === "windows",
  async fn() {
    const script = new URL("echo_server.ts", import.meta.url).pathname;
    const server = new Deno.Command("sh", {
      args: ["-c", 'ulimit -n 128; exec "$0" run -A "$1"', Deno.execPath(), script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = server.stdout.getReader();
    const port = Number(new TextDecoder().decode((await output.read()).value));
    const address = { hostname: "127.0.0.1", port };
    // A server that stays silent ends, and the waits for it.
    const patience = setTimeout(() => server.kill("SIGKILL"), 30_000);
    try {
      using early = await RawClient.open(address);
      assertEquals(await echo(early), "hello");

      const flood = await Promise.all(Array.from({ length: 250 }, () => Deno.connect(address)));
      // Behind them, in the order in which the system keeps those that the server has yet to accept.
      const late = opened(address);
      for (const conn of flood) conn.close();

      assertEquals(await late, "hello");
      assertEquals(await echo(early), "hello");
    } finally {
      clearTimeout(patience);
      await server.stdin.close();
      await output.cancel();
      await server.status;
    }
  },
});

/** What a new client is echoed, as soon as one is served. */
async function opened(address: Address): Promise<string> {
  const deadline = performance.now() + 30_000;
  while (true) {
    try {
      using client = await RawClient.open(address);
      return await echo(client);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function echo(client: RawClient): Promise<string> {
  await client.send(1, "hello");
  return new TextDecoder().decode((await client.read())?.payload);
}
