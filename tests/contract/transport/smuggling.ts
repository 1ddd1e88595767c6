/** Requests that two readers may take for different ones, as they are written to a socket. */

const HOST = "Host: localhost\r\n";
const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/** What would be seen by nobody but the gateway. */
const HIDDEN = `GET /hidden HTTP/1.1\r\n${HOST}\r\n`;

function post(headers: string, body: string): string {
  return `POST /post HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;
}

function get(headers: string): string {
  return `GET /get HTTP/1.1\r\n${HOST}${headers}\r\n`;
}

/** By what is wrong with them. Each is refused, and nothing behind it is answered. */
export const SMUGGLED: Readonly<Record<string, string>> = {
  "a length and chunks": post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${HIDDEN}`),
  "two lengths": post("Content-Length: 6\r\nContent-Length: 5\r\n", `abcde${HIDDEN}`),
  "the same length twice": post("Content-Length: 5\r\nContent-Length: 5\r\n", `abcde${HIDDEN}`),
  "a list of lengths": post("Content-Length: 5, 5\r\n", `abcde${HIDDEN}`),
  "a length with a sign": post("Content-Length: +5\r\n", `abcde${HIDDEN}`),
  "a negative length": post("Content-Length: -5\r\n", `abcde${HIDDEN}`),
  "a hexadecimal length": post("Content-Length: 0x5\r\n", `abcde${HIDDEN}`),
  "a chunk size that is none": post("Transfer-Encoding: chunked\r\n", `zz\r\nabc\r\n0\r\n\r\n${HIDDEN}`),
  "a chunk size beyond all numbers": post("Transfer-Encoding: chunked\r\n", `fffffffffffffffff\r\nabc\r\n`),
  "a line feed in a chunk extension": post("Transfer-Encoding: chunked\r\n", `3;a=b\nc\r\nabc\r\n0\r\n\r\n${HIDDEN}`),
  "chunked twice": post("Transfer-Encoding: chunked, chunked\r\n", `0\r\n\r\n${HIDDEN}`),
  "an encoding that is almost chunked": post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", `abc${HIDDEN}`),
  "a folded header": get("X-A: b\r\n c\r\n") + HIDDEN,
  "a bare line feed between headers": get("X-A: b\nX-B: c\r\n") + HIDDEN,
  "bare line feeds everywhere": "GET /get HTTP/1.1\nHost: localhost\n\n" + HIDDEN,
  "a bare carriage return": get("X-A: b\rX-B: c\r\n") + HIDDEN,
  "a NUL in a value": get("X-A: b\0c\r\n") + HIDDEN,
  "a NUL in a name": get("X\0A: b\r\n") + HIDDEN,
  "a space before the colon": get("X-A : b\r\n") + HIDDEN,
  "a header without a name": get(": b\r\n") + HIDDEN,
  "two hosts": get("Host: evil.example\r\n") + HIDDEN,
  "no host": `GET /get HTTP/1.1\r\n\r\n${HIDDEN}`,
  "the URL of another site": `GET http://evil.example/get HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "a tunnel": `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "an authority for a path": `GET evil.example:443 HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "a star for a path": `OPTIONS * HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "a control character in the path": `GET /a\x01b HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "a control character in the method": `G\x01T /get HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "HTTP/1.2": `GET /get HTTP/1.2\r\n${HOST}\r\n${HIDDEN}`,
  "2,000 headers": get(Array.from({ length: 2_000 }, (_, at) => `a${at}:\r\n`).join("")) + HIDDEN,
  "an upgrade with a body": `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  "an upgrade with chunks": `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  "an upgrade by POST": `POST /ws HTTP/1.1\r\n${HOST}${UPGRADE}Content-Length: 5\r\n\r\nabcde${HIDDEN}`,
  "an upgrade of another version": `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE.replace("13", "8")}\r\n${HIDDEN}`,
  "an upgrade for two hosts": `GET /ws HTTP/1.1\r\n${HOST}Host: evil.example\r\n${UPGRADE}\r\n${HIDDEN}`,
};

/** A proper upgrade, with another request behind it in the same packet. */
export const PIPELINED_UPGRADE = `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE}\r\n${HIDDEN}`;
