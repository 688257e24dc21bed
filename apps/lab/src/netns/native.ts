import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runWithInput } from "./commands.ts";

const sourceDir = fileURLToPath(new URL("../../native", import.meta.url));
const cacheDir = fileURLToPath(new URL("../../../../.skein/native", import.meta.url));

/** Our own programs in C, with no library but libc. */
export type NativeProgram = "tapwire" | "nsprobe";

/**
 * The path of a program of `apps/lab/native`, compiled when its source is new. Takes about half a second then. Throws
 * LabError with the compiler's words.
 */
export async function nativeProgram(name: NativeProgram): Promise<string> {
  const source = join(sourceDir, `${name}.c`);
  const version = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 12);
  const program = join(cacheDir, `${name}-${version}`);
  if (existsSync(program)) return program;
  mkdirSync(cacheDir, { recursive: true });
  // Two runs may compile at once: each its own file, and whoever is later puts the same in place again.
  const fresh = `${program}.${process.pid}`;
  await runWithInput(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", fresh, source]);
  renameSync(fresh, program);
  return program;
}
