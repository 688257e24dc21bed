/** The middle of some figures; the mean of the two middle ones for an even count. Throws `RangeError` for none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no figures, no median");
  return (lower + upper) / 2;
}
