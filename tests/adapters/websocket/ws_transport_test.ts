import { openWsTransport } from "../../../adapters/websocket/open_ws_transport.ts";
import { transportContract } from "../../contract/transport_contract.ts";

transportContract("ws", (options) => openWsTransport({ hostname: "127.0.0.1", port: 0, ...options }));
