import type { Random } from "@skein/core";
import { FIRST_BACK_OFF_MS, LAST_BACK_OFF_MS } from "./defaults.ts";

/** How long to wait before try number `attempt` (from 0), ms: doubling, between half and all of it by chance. */
export function backOffMs(attempt: number, random: Random): number {
  const full = Math.min(LAST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(attempt, 16));
  return full * (0.5 + random.fraction() / 2);
}
