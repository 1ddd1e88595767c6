/** Bars in SVG: a panel a figure, a group a scenario, a bar a server with its lowest and highest round. */
import { shortNumber } from "./numbers.ts";
import type { Spread } from "./statistics.ts";

/** A bar. */
export interface Bar {
  /** What its colour stands for. */
  readonly series: string;
  readonly spread: Spread;
}

/** Bars that belong together. */
export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** Some groups on one logarithmic scale. */
export interface Panel {
  readonly title: string;
  readonly groups: readonly BarGroup[];
}

const WIDTH = 900;
const LEFT = 150;
const RIGHT = 110;
const BAR = 14;
const GAP = 10;
const HEAD = 40;
const COLOURS = ["#2563eb", "#d97706", "#6b7280", "#059669"];

/** The whole picture, as the text of a file. */
export function barChart(panels: readonly Panel[]): string {
  const series = [
    ...new Set(panels.flatMap(({ groups }) => groups.flatMap(({ bars }) => bars.map((bar) => bar.series)))),
  ];
  const colours = new Map(series.map((name, at) => [name, COLOURS[at % COLOURS.length]!]));
  const parts = [legend(colours)];
  let top = HEAD;
  for (const panel of panels) {
    parts.push(panelOf(panel, { top, colours }));
    top += heightOf(panel);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="#111827">`,
    `<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function legend(colours: ReadonlyMap<string, string>): string {
  return [...colours].map(([name, colour], at) =>
    `<rect x="${LEFT + at * 200}" y="12" width="12" height="12" fill="${colour}"/>` +
    `<text x="${LEFT + at * 200 + 18}" y="22">${escaped(name)}</text>`
  ).join("\n") + `<text x="${WIDTH - 12}" y="22" text-anchor="end" fill="#6b7280">logarithmic scales</text>`;
}

function panelOf(
  { title, groups }: Panel,
  { top, colours }: { readonly top: number; readonly colours: ReadonlyMap<string, string> },
): string {
  const spreads = groups.flatMap(({ bars }) => bars.map(({ spread }) => spread));
  const scale = logarithmic(spreads);
  const lines = [`<text x="${LEFT}" y="${top + 20}" font-size="15" font-weight="600">${escaped(title)}</text>`];
  let y = top + HEAD;
  for (const { label, bars } of groups) {
    lines.push(`<text x="${LEFT - 8}" y="${y + bars.length * BAR / 2 + 4}" text-anchor="end">${escaped(label)}</text>`);
    for (const { series, spread } of bars) {
      lines.push(barOf(spread, { y, scale, colour: colours.get(series)! }));
      y += BAR;
    }
    y += GAP;
  }
  return lines.join("\n");
}

function barOf(
  { median, min, max }: Spread,
  { y, scale, colour }: { readonly y: number; readonly scale: (value: number) => number; readonly colour: string },
): string {
  const [from, width, to] = [scale(min), scale(median) - LEFT, scale(max)].map((x) => x.toFixed(1));
  const ends = `M${from} ${y + BAR / 2 - 1}H${to}M${from} ${y + 3}v6M${to} ${y + 3}v6`;
  return [
    `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${colour}"/>`,
    ...min === max ? [] : [`<path d="${ends}" stroke="#111827" fill="none"/>`],
    `<text x="${(scale(max) + 6).toFixed(1)}" y="${y + 10}" font-size="11">${shortNumber(median)}</text>`,
  ].join("");
}

/** From half of the smallest value, so that it has a bar, to the largest. */
function logarithmic(spreads: readonly Spread[]): (value: number) => number {
  const low = Math.log(Math.min(...spreads.map(({ min }) => min)) / 2);
  const high = Math.log(Math.max(...spreads.map(({ max }) => max)));
  return (value) => LEFT + (Math.log(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT);
}

function heightOf({ groups }: Panel): number {
  return HEAD + groups.reduce((sum, { bars }) => sum + bars.length * BAR + GAP, 0) + GAP;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
