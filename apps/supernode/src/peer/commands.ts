import type { Command } from "@skein/client";
import { isId, type UserId } from "@skein/core";
import * as v from "valibot";

/** What a line asks for: a command of the client, or something of the peer itself. */
export type PeerOrder = Command | { readonly do: "link" | "state" | "quit" };

/** One line of input. */
export interface PeerLine {
  /** Which of several peers it is for. */
  readonly peer: number;
  /** Given back with the outcome, so that whoever asks can tell outcomes apart. */
  readonly tag?: string;
  readonly order: PeerOrder;
}

/** Longest line read, in characters: a message of the longest kind with room to spare. */
export const MAX_LINE_LENGTH = 65_536;

const user = v.custom<UserId>((value) => typeof value === "string" && isId(value), "not a user id");
const settings = v.strictObject({ direct: v.picklist(["always", "contacts", "never"]), readReceipts: v.boolean() });

const command: v.GenericSchema<unknown, Command> = v.variant("kind", [
  v.strictObject({ kind: v.literal("rename"), name: v.string() }),
  v.strictObject({ kind: v.literal("add-contact"), link: v.string() }),
  v.strictObject({
    kind: v.picklist(["remove-contact", "block", "unblock", "accept-request", "decline-request"]),
    user,
  }),
  v.strictObject({ kind: v.literal("mark-verified"), user, verified: v.boolean() }),
  v.strictObject({ kind: v.literal("send"), user, body: v.string() }),
  v.strictObject({ kind: v.picklist(["mark-read", "load-older"]), user }),
  v.strictObject({ kind: v.literal("call"), user }),
  v.strictObject({ kind: v.picklist(["answer", "decline", "hang-up", "dismiss-call"]) }),
  v.strictObject({ kind: v.literal("mute"), muted: v.boolean() }),
  v.strictObject({ kind: v.literal("choose-microphone"), deviceId: v.string() }),
  v.strictObject({ kind: v.literal("choose-mode"), mode: v.picklist(["p2p", "central"]) }),
  v.strictObject({ kind: v.literal("set-availability"), availability: v.picklist(["online", "away"]) }),
  v.strictObject({ kind: v.literal("change-settings"), settings }),
  v.strictObject({ kind: v.literal("read-meter") }),
]);

const own = v.strictObject({ do: v.picklist(["link", "state", "quit"]) });

const address = v.object({
  peer: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  tag: v.optional(v.pipe(v.string(), v.maxLength(200))),
});

/** Reads a line of input; says in one sentence what is wrong with it. */
export function parsePeerLine(text: string): PeerLine | { readonly fault: string } {
  if (text.length > MAX_LINE_LENGTH) return { fault: `a line has at most ${MAX_LINE_LENGTH} characters` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "not a JSON object" };
  const { peer: _peer, tag: _tag, ...order } = value as Record<string, unknown>;
  const to = v.safeParse(address, value);
  if (!to.success) return { fault: faultOf(to.issues[0]) };
  const asked = "do" in order ? v.safeParse(own, order) : v.safeParse(command, order);
  if (!asked.success) return { fault: faultOf(asked.issues[0]) };
  const { peer, tag } = to.output;
  return { peer, ...(tag === undefined ? {} : { tag }), order: asked.output };
}

function faultOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}
