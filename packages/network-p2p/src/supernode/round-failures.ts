import type { Report, SkeinEvent } from "@skein/core";
import { toNetworkError } from "../network-errors.ts";

/** What failed of the things done side by side. */
export function failuresOf(outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
}

/** Says once of a round what failed in it; nothing where nothing did. */
export function reportRound(
  report: Report,
  name: Extract<SkeinEvent, { readonly failed: number }>["name"],
  failures: readonly unknown[],
): void {
  if (failures.length === 0) return;
  report({ name, failed: failures.length, reason: toNetworkError(failures[0]).message });
}
