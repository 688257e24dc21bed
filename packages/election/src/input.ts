import type { Hearsay } from "./cell.ts";
import type { Headroom } from "./headroom.ts";
import type { VersionNotice } from "./notice.ts";
import type { Verdict } from "./reachability.ts";
import type { Reason } from "./reasons.ts";
import type { Cause, Role, Stage } from "./role.ts";
import type { OperatorSettings } from "./settings.ts";

/** What a node learns. `now` in ms since 1970, never falling. */
export type ElectionInput = { readonly now: number } /** Time has passed: an asked wake-up. */ & (
  | { readonly kind: "tick" }
  /** A helper dialled us back. */
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** The machine was measured; every half minute or so. */
  | { readonly kind: "headroom"; readonly headroom: Headroom }
  /** The answer to `look`: everything heard of other supernodes, shuffled. */
  | { readonly kind: "cell"; readonly heard: Hearsay }
  /** A verified notice of the operator. */
  | { readonly kind: "notice"; readonly notice: VersionNotice }
  /** The person changed their mind. */
  | { readonly kind: "settings"; readonly settings: OperatorSettings }
  /** The driver finished a stage of stepping down. */
  | { readonly kind: "stage-done"; readonly stage: Stage }
);

/** Why a node stays what it is. `not-now`: needed, and it is not its turn or others start already. */
export type StayBecause = "unfit" | "not-needed" | "not-now" | "settling" | "serving" | "stepping-down";

/** What a node decided. Every step gives exactly one, with all it weighed. */
export type Decision =
  /** Start the roles and announce them, closed to leaves. */
  | { readonly kind: "promote"; readonly reasons: readonly Reason[] }
  /** Let leaves in. */
  | { readonly kind: "open"; readonly reasons: readonly Reason[] }
  /** Do this stage, then say `stage-done`. */
  | { readonly kind: "demote"; readonly stage: Stage; readonly cause: Cause; readonly reasons: readonly Reason[] }
  | {
      readonly kind: "stay";
      readonly as: Role["kind"];
      readonly because: StayBecause;
      readonly reasons: readonly Reason[];
    };

/** What the driver must do. */
export type ElectionOutput =
  | Decision
  /** Ask around and answer with `cell`. */
  | { readonly kind: "look" }
  /** Offer so many slots in ads and admission, leaves present included. */
  | { readonly kind: "offer"; readonly slots: number }
  /** Send a `tick` at this time; replaces the wake-up asked before. */
  | { readonly kind: "wake"; readonly at: number };
