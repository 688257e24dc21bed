import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesOf, line, listUpTo } from "./fields.ts";

/** Dial-back: a node asks a supernode whether it can be reached from there; docs/spec/p2p.md. */
export const REACH_PROTOCOL = "/skein/reach/1";

/** Addresses of one request: one a port. */
export const MAX_REACH_ADDRESSES = 2;

/** Length of the number that proves a dial-back, bytes. */
export const NONCE_BYTES = 16;

const port = v.picklist(["ws", "udp"]);

/** What crosses a reach stream towards the one who is asked, or dialled. */
export type ReachRequest =
  /** Dial these addresses of mine, each with its own nonce. Any IP but the one you see me at will be refused. */
  | {
      readonly kind: "dial-me";
      readonly ports: { readonly port: "ws" | "udp"; readonly address: string; readonly nonce: Uint8Array }[];
    }
  /** On a connection that was dialled back: here is the nonce. */
  | { readonly kind: "here"; readonly nonce: Uint8Array };

/** Format of {@link ReachRequest}. */
export const reachRequest: Format<ReachRequest> = defineFormat(
  "reach-request",
  1_024,
  v.variant("kind", [
    v.object({
      kind: v.literal("dial-me"),
      ports: listUpTo(v.object({ port, address: line(256), nonce: bytesOf(NONCE_BYTES) }), MAX_REACH_ADDRESSES),
    }),
    v.object({ kind: v.literal("here"), nonce: bytesOf(NONCE_BYTES) }),
  ]),
);

/**
 * The helper's answer. `refused`: it dials nobody now (`busy`), or not there (`address`: another IP than it sees, private,
 * or no address of ours).
 */
export type ReachReply =
  | {
      readonly kind: "tried";
      readonly ports: { readonly port: "ws" | "udp"; readonly outcome: "reached" | "not-reached" }[];
    }
  | { readonly kind: "refused"; readonly reason: "busy" | "address" };

/** Format of {@link ReachReply}. */
export const reachReply: Format<ReachReply> = defineFormat(
  "reach-reply",
  256,
  v.variant("kind", [
    v.object({
      kind: v.literal("tried"),
      ports: listUpTo(v.object({ port, outcome: v.picklist(["reached", "not-reached"]) }), MAX_REACH_ADDRESSES),
    }),
    v.object({ kind: v.literal("refused"), reason: v.picklist(["busy", "address"]) }),
  ]),
);
