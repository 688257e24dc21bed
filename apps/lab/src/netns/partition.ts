import { LabError } from "./requirements.ts";

/** Which packets a cut stops. */
export type CutDirection = "both" | "a-to-b";

/** Ends every cut. */
export const HEAL_COMMANDS = "flush set inet lab cut\n";

/**
 * The nft commands, for the internet's namespace, that begin or end a cut between two sites. Both may be given again: what
 * is already so stays so. Throws LabError for one site with itself.
 */
export function cutCommands(verb: "add" | "delete", a: string, b: string, direction: CutDirection): string {
  if (a === b) throw new LabError(`a cut needs two sites of the internet; both are at ${a}`);
  const pairs = direction === "both" ? [`"${a}" . "${b}"`, `"${b}" . "${a}"`] : [`"${a}" . "${b}"`];
  const elements = `element inet lab cut { ${pairs.join(", ")} }\n`;
  // Deleting what is not there is an error, so it is put there first.
  return `add ${elements}${verb === "delete" ? `delete ${elements}` : ""}`;
}
