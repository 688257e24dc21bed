import { type BuildId, meetsFloor } from "./build.ts";
import type { VersionPolicy } from "./notice.ts";

/** How a build stands with the operator. `revoked` and `below-floor` may not serve; `unproven` ones only within the cap. */
export type Standing = "proven" | "unproven" | "below-floor" | "revoked";

/** The standing of a build under a policy. Floor and lists outlive the notice that set them (docs/spec/election.md#EL24). */
export function standingOf(build: BuildId, policy: VersionPolicy): Standing {
  if (policy.kind === "unmanaged") return "proven";
  if (policy.kind === "waiting") return "unproven";
  const { minimumVersion, provenBuilds, revokedBuilds } = policy.notice;
  if (revokedBuilds.includes(build)) return "revoked";
  if (!meetsFloor(build, minimumVersion)) return "below-floor";
  return provenBuilds.includes(build) ? "proven" : "unproven";
}

/** Most unproven supernodes among `supernodes`, whatever their builds: they share one cap, so that inventing names helps nobody. */
export function unprovenAllowed(supernodes: number, unprovenPct: number): number {
  return Math.floor((supernodes * unprovenPct) / 100);
}
