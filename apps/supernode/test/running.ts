import { type FreePorts, freePorts, supernodeArguments } from "./ports.ts";
import { type Program, skein, temporaryFolder } from "./program.ts";

/** A supernode daemon under test that has said it is up. */
export interface Running extends Program {
  readonly ports: FreePorts;
  readonly url: string;
  readonly data: string;
}

/** Starts one on free ports of 127.0.0.1. */
export async function supernode(
  extra: readonly string[] = [],
  { data = temporaryFolder(), ports }: { data?: string; ports?: FreePorts } = {},
): Promise<Running> {
  const chosen = ports ?? (await freePorts());
  const program = skein([...supernodeArguments(data, chosen), ...extra]);
  await program.logged("supernode.up");
  return { ...program, ports: chosen, url: `http://127.0.0.1:${chosen.http}`, data };
}

/** Ends one and gives its exit code. */
export async function stopped(program: Program): Promise<number | null> {
  program.process.kill("SIGTERM");
  return (await program.ended).code;
}
