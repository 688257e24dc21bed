import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { counter, line, listUpTo, time } from "./fields.ts";

/** Largest version notice, envelope included, in bytes. */
export const MAX_VERSION_NOTICE_BYTES = 4096;
/** Most builds a notice calls proven, and most it revokes. */
export const MAX_PROVEN_BUILDS = 16;
/** See {@link MAX_PROVEN_BUILDS}. */
export const MAX_REVOKED_BUILDS = 32;

/**
 * The operator of a network says which builds may serve. Signed by the operator key; rules: docs/spec/election.md.
 * A reader that knows a higher sequence refuses it.
 */
export interface VersionNoticePayload {
  readonly v: 1;
  /** Strictly rising. */
  readonly sequence: number;
  readonly issuedAt: number;
  /** When {@link VersionNoticePayload.election} lapses to `open`; floor and lists stand until a higher sequence. */
  readonly expiresAt: number;
  /** The floor: `major.minor.patch`; lower versions may not serve. */
  readonly minimumVersion: string;
  /** Builds free of the diversity cap, e.g. `skein-0.1.0+ab12cd3`. */
  readonly provenBuilds: string[];
  /** Builds that stop serving soon, whatever their version. */
  readonly revokedBuilds: string[];
  /** The kill switch. `frozen`: nobody starts; `closed`: those that elected themselves also stop. */
  readonly election: "open" | "frozen" | "closed";
}

/** Format of {@link VersionNoticePayload}. */
export const versionNoticePayload: Format<VersionNoticePayload> = defineFormat(
  "version-notice",
  MAX_VERSION_NOTICE_BYTES - 160,
  v.object({
    v: v.literal(1),
    sequence: counter,
    issuedAt: time,
    expiresAt: time,
    minimumVersion: v.pipe(line(32), v.regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/)),
    provenBuilds: listUpTo(line(64), MAX_PROVEN_BUILDS),
    revokedBuilds: listUpTo(line(64), MAX_REVOKED_BUILDS),
    election: v.picklist(["open", "frozen", "closed"]),
  }),
);
