import type { Session } from "@skein/client";
import { type PeerLine, parsePeerLine } from "./commands.ts";
import type { PeerNews } from "./lines.ts";

/** What an order reaches. */
export interface ObeyDependencies {
  readonly say: (peer: number, news: PeerNews) => void;
  readonly quit: () => void;
}

/** Carries out one line of input. A line that cannot be read is told as an error, and nothing else comes of it. Never rejects. */
export async function obey(
  text: string,
  peers: ReadonlyMap<number, { readonly session: Session }>,
  { say, quit }: ObeyDependencies,
): Promise<void> {
  if (text.trim() === "") return;
  const line = parsePeerLine(text);
  if ("fault" in line) return say(0, { kind: "error", reason: line.fault });
  const session = peers.get(line.peer)?.session;
  if (session === undefined) return say(line.peer, { kind: "error", reason: `there is no peer ${line.peer}` });
  const news = await carryOut(line, session, quit);
  if (news !== undefined) say(line.peer, news);
}

async function carryOut({ order, tag }: PeerLine, session: Session, quit: () => void): Promise<PeerNews | undefined> {
  const asked = tag === undefined ? {} : { tag };
  if ("kind" in order) return { kind: "outcome", ...asked, ...(await session.act(order)) };
  const state = session.state.value;
  if (order.do === "link") return { kind: "link", ...asked, link: state.me.link };
  if (order.do === "state") return { kind: "state", ...asked, state };
  quit();
  return undefined;
}
