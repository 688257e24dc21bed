import type { PeerConversation, PeerLine } from "./peer-conversation.ts";

type Listening = Pick<PeerConversation, "until">;

/** Waits until the network of a headless peer is up. */
export function online(peer: Listening, mode: "p2p" | "central"): Promise<PeerLine> {
  return peer.until(
    `the ${mode} network`,
    (line) => line.kind === "network" && line.mode === mode && fieldOf(line.network, "kind") === "online",
  );
}

/** Waits for a message with this text, in one of these states when given. */
export function message(peer: Listening, body: string, ...states: string[]): Promise<PeerLine> {
  return peer.until(
    `the message "${body}"`,
    (line) =>
      line.kind === "message" && line.body === body && (states.length === 0 || states.includes(`${line.state}`)),
  );
}

/** Waits until its call is like this, from line `since` on. */
export function callIs(peer: Listening, kind: string, since: number): Promise<PeerLine> {
  return peer.until(
    `a call that is ${kind}`,
    (line) => line.kind === "call" && fieldOf(line.call, "kind") === kind,
    since,
  );
}

/** Waits until its call takes one of these paths, from line `since` on. */
export function callPath(peer: Listening, paths: readonly string[], since: number): Promise<PeerLine> {
  return peer.until(
    `a call that is ${paths.join(" or ")}`,
    (line) => line.kind === "call" && paths.includes(String(fieldOf(fieldOf(line.call, "path"), "kind"))),
    since,
  );
}

/** Waits until it hears this tone, in Hz, from line `since` on. */
export function hears(peer: Listening, hz: number, since: number): Promise<PeerLine> {
  return peer.until(
    `a tone of ${hz} Hz`,
    (line) => line.kind === "heard" && Math.abs(Number(line.hz) - hz) < 8 && Number(line.levelDb) > -40,
    since,
  );
}

/** A field of plain data that may not be there. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
