/** The WebSocket subprotocols of the gateway, by what they carry. */
export const SUBPROTOCOLS = { json: "tidegate.v1.json", capnp: "tidegate.v1.capnp" } as const;
