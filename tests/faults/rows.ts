/** All rows of the fault suite. */
import { brokerRows } from "./broker_rows.ts";
import { clientRows } from "./client_rows.ts";
import { gatewayRows } from "./gateway_rows.ts";
import type { Row } from "./run_row.ts";
import { topicRows } from "./topic_rows.ts";

export const ROWS: readonly Row[] = [...brokerRows, ...gatewayRows, ...topicRows, ...clientRows];
