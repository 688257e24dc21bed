import type { ProjectFile } from "./project-files.ts";

/** No source file is longer; beyond it a file holds more than one idea. */
export const MAX_LINES = 400;

/** Whether a file is source whose length we watch. */
export function isMeasured(path: string): boolean {
  return /\.(ts|tsx|mjs|css|c)$/.test(path);
}

/** How many lines a text has; a last line end does not begin another line. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}

/** The files that are too long, one sentence each. */
export function tooLong(files: readonly ProjectFile[]): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: lineCount(text) }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** The smallest value that at least `share` (0–1) of the values do not exceed; 0 for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
