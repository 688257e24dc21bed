import type { DeviceId, MediaRoute } from "@skein/core";
import { REACH_TIMEOUT_MS, ROUTE_TIMEOUT_MS } from "../defaults.ts";
import type { Peer, Target } from "../machine/state.ts";
import { createDialogue } from "../negotiation/dialogue.ts";
import type { EndReason } from "../reasons.ts";
import { deviceOf, type Reach, reach, reasonOf } from "../signalling/reach.ts";
import type { CallResources } from "./call-resources.ts";
import { within } from "./deadline.ts";
import type { LineContext } from "./ports.ts";

/**
 * Opens the way to somebody: their device, a channel, the media route, while `microphone` opens beside it. Feeds
 * `reached` or the first reason why not.
 */
export async function reachPeer(
  resources: CallResources,
  target: Target,
  microphone: Promise<EndReason | undefined>,
  context: LineContext,
): Promise<void> {
  const { call, over } = resources;
  const give = (reason: EndReason): undefined => void context.feed({ kind: "not-reached", call, reason });
  const heard = microphone.then((fault) => (fault === undefined ? true : give(fault)));
  const there = openWay(resources, target, context).then((way) => ("reason" in way ? give(way.reason) : way));
  const [open, way] = await Promise.all([heard, there]);
  if (over.signal.aborted || open === undefined || way === undefined) return closeWay(way);
  const { peer, route, inbox } = way;
  resources.peer = peer.device;
  resources.route = route;
  resources.dialogue = createDialogue(
    { call: resources.callBytes, role: "caller", self: context.account.device, peer: peer.device },
    { signer: context.account.deviceKey, clock: context.clock, random: context.random },
  );
  resources.leg.attach(inbox, "first");
  context.feed({ kind: "reached", call, peer, policies: route });
}

interface Way {
  readonly peer: Peer;
  readonly route: MediaRoute;
  readonly inbox: Extract<Reach, { kind: "reached" }>["inbox"];
}

function closeWay(way: Way | undefined): void {
  void way?.inbox.channel.close("done");
}

async function openWay(
  { over }: CallResources,
  target: Target,
  context: LineContext,
): Promise<Way | { readonly reason: EndReason }> {
  const network = context.network();
  const surroundings = { network, account: context.account, clock: context.clock };
  const device = await deviceOf(target, surroundings, over.signal);
  if (typeof device !== "string") return { reason: device };
  const user = target.kind === "user" ? target.user : undefined;
  const [found, route] = await Promise.all([
    reach(device, user, surroundings, over.signal),
    network.mediaRoute(device, over.signal).catch(reasonOf),
  ]);
  if (found.kind === "failed") return { reason: found.reason };
  if (!("iceServers" in route)) {
    void found.inbox.channel.close("done");
    return { reason: route };
  }
  const { who, inbox } = found;
  return { peer: { user: who.user, device: who.device, name: who.card.name }, route, inbox };
}

/** Opens a lost channel again, over the network in use now. Feeds `channel-open` or `redial-failed`. */
export async function redial(resources: CallResources, peer: Peer, context: LineContext): Promise<void> {
  const { call, over, leg } = resources;
  const surroundings = { network: context.network(), account: context.account, clock: context.clock };
  const found = await within(REACH_TIMEOUT_MS, context.clock, over.signal, (signal) =>
    reach(peer.device, peer.user, surroundings, signal),
  );
  if (found.kind === "failed") return context.feed({ kind: "redial-failed", call });
  if (over.signal.aborted) return void found.inbox.channel.close("done");
  leg.attach(found.inbox, "resume");
  context.feed({ kind: "channel-open", call });
}

/** The media route to a device, within its time; `undefined` when there is none to be had. */
export async function routeTo(
  device: DeviceId,
  context: LineContext,
  over: AbortSignal,
): Promise<MediaRoute | undefined> {
  try {
    return await within(ROUTE_TIMEOUT_MS, context.clock, over, (signal) =>
      context.network().mediaRoute(device, signal),
    );
  } catch {
    return undefined;
  }
}
