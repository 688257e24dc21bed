/** Steps of going out of service, in this order, so that nobody is sent to one who leaves. */
export const STAGES = ["refuse", "unlist", "hand-over", "dht-client", "close"] as const;

/**
 * `refuse`: no new reservations. `unlist`: no more ads. `hand-over`: mailboxes to others. `dht-client`: out of the index.
 * `close`: leaf connections, spread over the stage.
 */
export type Stage = (typeof STAGES)[number];

/** Why a node goes out of service. */
export type Cause =
  | "operator"
  | "revoked"
  | "below-floor"
  | "closed"
  | "hours"
  | "budget"
  | "battery"
  | "metered"
  | "unreachable"
  | "surplus"
  /** As many as may start at once came before us. */
  | "growth-cap"
  /** Those who came before us are enough. */
  | "overtaken"
  /** Other unproven builds came before us. */
  | "diversity-cap";

/** What a node is. Times in ms since 1970. */
export type Role =
  /** Uses others. Left when fit, needed, allowed and drawn; `neededSince`: since when it draws. */
  | { readonly kind: "leaf"; readonly restUntil: number; readonly neededSince: number | undefined }
  /** Announced, closed to leaves, until it is clear who else started. Left by opening or withdrawing. */
  | { readonly kind: "settling"; readonly since: number; readonly until: number }
  /** Open to leaves. Left for a cause only; never for load. */
  | {
      readonly kind: "serving";
      readonly since: number;
      readonly openedAt: number;
      readonly surplusSince: number | undefined;
    }
  /** Goes out of service stage by stage; never turns back. */
  | {
      readonly kind: "stepping-down";
      readonly since: number;
      readonly stage: Stage;
      readonly stageSince: number;
      readonly cause: Cause;
    };

/** Ends that tell something of the node: they make the next rest longer. */
export const FORCED_CAUSES: ReadonlySet<Cause> = new Set(["unreachable", "battery", "metered"]);
