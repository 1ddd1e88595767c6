import { openWsTransport } from "../../../adapters/websocket/open_ws_transport.ts";
import { testTransport } from "../../contract/transport_contract.ts";

testTransport((options) => openWsTransport({ hostname: "127.0.0.1", port: 0, ...options }), { name: "ws" });
