import { readdirSync, readFileSync } from "node:fs";

/** Guessed where the system does not say: macOS and Windows let a process open more. */
const GUESS = 4_096;

/** File descriptors this process may still open. */
export function descriptorsFree(): number {
  try {
    const [, soft = "unlimited"] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    const limit = soft === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(soft);
    return Math.max(0, limit - readdirSync("/proc/self/fd").length);
  } catch {
    return GUESS;
  }
}
