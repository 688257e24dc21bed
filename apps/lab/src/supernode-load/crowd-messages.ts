/** What the benchmark asks of a process that holds leaves, over the channel between parent and child. */
export type CrowdOrder =
  /** Make and start so many more leaves. */
  | { readonly kind: "grow"; readonly leaves: number }
  /** Count from zero. */
  | { readonly kind: "reset" }
  /** How are they? */
  | { readonly kind: "report" };

/** What it answers, one answer an order, in the order asked. */
export interface CrowdReport {
  /** Leaves made, and those that say they are online now. */
  readonly leaves: number;
  readonly online: number;
  /** Questions where a random other person is, since `reset`: answered with that person's presence, and not. */
  readonly found: number;
  readonly notFound: number;
  /** Times that a leaf stopped being online, since `reset`. */
  readonly drops: number;
  /** Leaves that could not start, and why the last one could not. */
  readonly failed: number;
  readonly lastFailure: string | undefined;
}
