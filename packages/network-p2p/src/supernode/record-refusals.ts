import type { Report } from "@skein/core";

/**
 * Why records were not taken. `signer`: a signature or key does not hold; `old`: a newer one is known, or another with the
 * same sequence; `quota`: too many of one peer, or changes of one record; `full`: no room.
 */
export const REFUSAL_REASONS = ["oversize", "malformed", "signer", "expired", "old", "quota", "full"] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Counts what was refused since the start, by reason, and reports each. */
export interface RecordRefusals {
  readonly counts: Readonly<Record<RefusalReason, number>>;
  /** `sentence`: what the reader of the log is told. */
  refuse(reason: RefusalReason, sentence: string): void;
}

/** Makes counters at zero. */
export function createRecordRefusals(report: Report): RecordRefusals {
  const counts: Record<RefusalReason, number> = {
    oversize: 0,
    malformed: 0,
    signer: 0,
    expired: 0,
    old: 0,
    quota: 0,
    full: 0,
  };
  return {
    counts,
    refuse(reason, sentence) {
      counts[reason] += 1;
      report({ name: "record.refused", reason: sentence });
    },
  };
}

/** What a sentence of `@skein/identity`, or of the DHT's validator, about a refused record amounts to. */
export function reasonOfSentence(sentence: string): RefusalReason {
  if (/: (?:old|conflict|smaller)$/.test(sentence)) return "old";
  if (sentence.endsWith(": full")) return "full";
  if (sentence.includes("the limit is")) return "oversize";
  if (/expired|future|longer than allowed/.test(sentence)) return "expired";
  if (/signature|another/.test(sentence)) return "signer";
  return "malformed";
}
