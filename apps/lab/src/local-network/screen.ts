import type { NetworkNews } from "./local-network.ts";

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Lines in a frame as wide as the longest. */
export function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = "─".repeat(width + 4);
  return [`┌${bar}┐`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `└${bar}┘`].join("\n");
}

/** The last lines of a service's log, indented so that they are seen to be its words and not ours. */
export function quoted(lines: readonly string[]): string {
  return lines.map((line) => `    | ${line}`).join("\n");
}

/** One piece of news as a person reads it. */
export function sentence(news: NetworkNews): string {
  switch (news.kind) {
    case "healthy":
      return `✓ ${news.service.label} (${seconds(news.tookMs)})`;
    case "ended":
      return [`✗ ${news.service.label} ended: ${news.how}`, quoted(news.lastLines)].filter(Boolean).join("\n");
    case "restarting":
      return `… ${news.service.label} starts again in ${seconds(news.inMs)} (try ${news.attempt})`;
    case "given-up":
      return `✗ ${news.service.label} keeps ending and is left stopped; the rest runs on`;
  }
}
