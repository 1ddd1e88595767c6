import type { Forms } from "./answer.ts";

/** What the landing page tells. */
export interface LandingPage {
  /** The name of this node. */
  readonly name: string;
  readonly version: string;
  /** Where the WebSocket is, such as `ws://127.0.0.1:8080/ws`. */
  readonly address: string;
  /** Where events are streamed, such as `http://127.0.0.1:8080/events`. */
  readonly events: string;
  /** Where messages are published, such as `http://127.0.0.1:8080/publish`. */
  readonly publish: string;
}

const WHAT = "A gateway between WebSocket clients and Kafka.";
const JSON_TYPE = "content-type: application/json";

/** The page that says what this is and how to use it, in each form. */
export function landingPage(page: LandingPage): Forms {
  const { name, version, address, events, publish } = page;
  const snippet = [
    `const socket = new WebSocket(${JSON.stringify(address)}, "tidegate.v1.json");`,
    "socket.onmessage = (event) => console.log(event.data);",
    'socket.onopen = () => socket.send(JSON.stringify({ id: 1, subscribe: { channel: "chat:lobby" } }));',
  ].join("\n");
  const commands = [
    `curl -N '${events}?channel=chat:lobby'`,
    `curl -d '"hello"' -H '${JSON_TYPE}' '${publish}?channel=chat:lobby'`,
  ].join("\n");
  return {
    json: {
      name,
      version,
      webSocket: address,
      subprotocols: ["tidegate.v1.json", "tidegate.v1.capnp"],
      events,
      publish,
      health: "/healthz",
      ready: "/readyz",
    },
    text:
      `Tidegate ${version}, node ${name}\n${WHAT}\n\nWebSocket: ${address}\n\n${snippet}\n\nPlain HTTP:\n\n${commands}\n\nHealth: /healthz, /readyz\n`,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tidegate</title>
</head>
<body>
<main>
<h1>Tidegate ${escapeHtml(version)}</h1>
<p>${WHAT} This is node <code>${escapeHtml(name)}</code>; its WebSocket is <code>${escapeHtml(address)}</code>.</p>
<p>Paste this into a browser's console or a Deno file:</p>
<pre><code>${escapeHtml(snippet)}</code></pre>
<p>Or listen and publish by plain HTTP:</p>
<pre><code>${escapeHtml(commands)}</code></pre>
<p><a href="/healthz">Health</a>, <a href="/readyz">readiness</a></p>
</main>
</body>
</html>
`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
