/** The text that Prometheus and its relatives scrape. */
import type { Histogram } from "./histogram.ts";

/** One metric, with all its samples. */
export type Metric =
  | {
    readonly type: "counter" | "gauge";
    readonly name: string;
    readonly help: string;
    readonly samples: readonly Sample[];
  }
  | { readonly type: "histogram"; readonly name: string; readonly help: string; readonly histogram: Histogram };

/** A value, with what tells it from the metric's others. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The media type of {@linkcode exposition}. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric of one value. */
export function single(type: "counter" | "gauge", named: { name: string; help: string }, value: number): Metric {
  return { type, ...named, samples: [{ value }] };
}

/** The metrics in Prometheus' text format, version 0.0.4. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics.map((metric) => {
    const { type, name, help } = metric;
    const lines = metric.type === "histogram"
      ? buckets(name, metric.histogram)
      : metric.samples.map((sample) => line(name, sample));
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
  }).join("");
}

function buckets(name: string, histogram: Histogram): string[] {
  const counts = histogram.cumulative();
  const bounds = [...histogram.bounds.map(String), "+Inf"];
  return [
    ...bounds.map((le, at) => line(`${name}_bucket`, { labels: { le }, value: counts[at]! })),
    line(`${name}_sum`, { value: histogram.sum }),
    line(`${name}_count`, { value: counts.at(-1)! }),
  ];
}

function line(name: string, { labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
