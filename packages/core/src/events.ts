import type { Mode } from "./network.ts";

/**
 * Everything the product says about itself: one closed list. Logs, metrics, the page and the lab read the same events,
 * so that a figure in a report is what the product measured of itself. Ids are shortened by whoever prints them.
 */
export type SkeinEvent =
  | { readonly name: "net.status"; readonly mode: Mode; readonly status: string; readonly reason?: string }
  | {
      readonly name: "net.dial.ok";
      readonly mode: Mode;
      readonly peer: string;
      readonly protocol: string;
      readonly path: string;
      readonly tookMs: number;
    }
  | {
      readonly name: "net.dial.failed";
      readonly mode: Mode;
      readonly peer: string;
      readonly protocol: string;
      readonly code: string;
      readonly tookMs: number;
    }
  | {
      readonly name: "net.upgrade";
      readonly peer: string;
      readonly outcome: "direct" | "failed";
      readonly tookMs: number;
      readonly reason?: string;
    }
  | { readonly name: "net.supernode.connected"; readonly supernode: string }
  | { readonly name: "net.supernode.lost"; readonly supernode: string; readonly reason: string }
  /** What the election of this node did, and what kept it from doing it. */
  | { readonly name: "election.changed"; readonly decision: string }
  | { readonly name: "election.failed" | "election.look-failed"; readonly reason: string }
  /** What a helper says of one of our ports (`ws`, `udp`). */
  | {
      readonly name: "election.verdict";
      readonly port: string;
      readonly helper: string;
      readonly outcome: "reached" | "not-reached";
    }
  /** Of one round, what did not work: supernodes that were not met, helpers that did not tell. `reason` is the first one's. */
  | {
      readonly name: "net.neighbours.failed" | "net.dial-back.failed";
      readonly failed: number;
      readonly reason: string;
    }
  /** A version notice counts from now on. */
  | { readonly name: "election.notice"; readonly sequence: number; readonly election: string }
  /** Why a leaf takes up, leaves, or calls home a supernode. */
  | {
      readonly name: "net.supernode.choice";
      readonly supernode: string;
      readonly choice: "connect" | "drop" | "home";
      readonly reason: string;
    }
  | { readonly name: "record.refused"; readonly reason: string; readonly from?: string }
  | {
      readonly name: "message.queued" | "message.sent" | "message.delivered" | "message.read";
      readonly id: string;
      readonly peer: string;
    }
  | { readonly name: "message.received"; readonly id: string; readonly peer: string; readonly ageMs: number }
  | {
      readonly name:
        | "call.dialled"
        | "call.ringing"
        | "call.rung"
        | "call.answered"
        | "call.connected"
        | "call.first-audio";
      readonly call: string;
      readonly mode: Mode;
    }
  | { readonly name: "call.path"; readonly call: string; readonly path: string }
  | { readonly name: "call.refused"; readonly call: string; readonly reason: string }
  | { readonly name: "call.ended"; readonly call: string; readonly reason: string; readonly lastedMs: number }
  /** Something this device keeps could not be written or read. */
  | { readonly name: "store.failed"; readonly store: string; readonly reason: string }
  | { readonly name: "peer.bad-message"; readonly peer: string; readonly protocol: string; readonly reason: string };

/** Takes events; never throws, never waits. */
export type Report = (event: SkeinEvent) => void;

/** A report that keeps nothing. */
export const silent: Report = () => {};
