import { expect } from "vitest";

/** Asks again until `check` holds; fails with its last complaint. For figures a browser reports, not for waiting blindly. */
export async function expectSoon(check: () => Promise<void>, withinMs: number = 20_000): Promise<void> {
  await expect.poll(() => complaintOf(check), { timeout: withinMs, interval: 250 }).toBe("");
}

async function complaintOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
