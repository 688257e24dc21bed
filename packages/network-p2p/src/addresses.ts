import { isPrivate } from "@libp2p/utils";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { type DeviceId, keyFromId } from "@skein/core";
import { deviceOfText, peerIdOf } from "./peer-id.ts";

/**
 * Which addresses of supernodes may be dialled. `any`: whatever we have a transport for. `secure-page`: a page from https
 * may not open `ws://` (mixed content), only wss and webrtc-direct. `public`: as `any`, but no private or loopback address.
 */
export type DialPolicy = "any" | "secure-page" | "public";

/** Reads an address; `undefined` for text that is not a multiaddr. */
export function parseAddress(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text);
  } catch {
    return undefined;
  }
}

/** The name of a way into a supernode, or `undefined` for one we do not speak. */
export function transportOf(address: Multiaddr): "ws" | "wss" | "webrtc-direct" | undefined {
  const names = address.getComponents().map((component) => component.name);
  if (names.includes("p2p-circuit")) return undefined;
  if (names.includes("webrtc-direct")) return names.includes("certhash") ? "webrtc-direct" : undefined;
  if (names.includes("wss") || (names.includes("tls") && names.includes("ws"))) return "wss";
  return names.includes("ws") ? "ws" : undefined;
}

/** Says whether policy lets us dial this address of a supernode. */
export function mayDial(address: Multiaddr, policy: DialPolicy): boolean {
  const transport = transportOf(address);
  if (transport === undefined) return false;
  if (policy === "secure-page") return transport !== "ws";
  return policy === "any" || !isPrivate(address);
}

/** The addresses of a supernode that we may dial, in its order, each ending in its peer id. */
export function dialable(supernode: DeviceId, addresses: readonly string[], policy: DialPolicy): Multiaddr[] {
  const peer = peerIdOf(supernode).toString();
  return addresses.flatMap((text) => {
    const address = parseAddress(text);
    if (address === undefined || !mayDial(address, policy)) return [];
    const named = address.getComponents().findLast((component) => component.name === "p2p")?.value;
    if (named !== undefined && named !== peer) return [];
    return [named === undefined ? address.encapsulate(`/p2p/${peer}`) : address];
  });
}

/** The address of a device behind a supernode, given the address we reach the supernode at (with its peer id). */
export function relayedAddress(supernode: Multiaddr, device: DeviceId): Multiaddr {
  return supernode.encapsulate(`/p2p-circuit/p2p/${peerIdOf(device)}`);
}

/** The address at which libp2p negotiates WebRTC with a device through a supernode. */
export function upgradeAddress(supernode: Multiaddr, device: DeviceId): Multiaddr {
  return supernode.encapsulate(`/p2p-circuit/webrtc/p2p/${peerIdOf(device)}`);
}

/**
 * The supernode a relayed connection goes through, or `undefined` for a direct one. (A WebRTC connection keeps the address
 * it was negotiated through.)
 */
export function relayOf(address: Multiaddr): DeviceId | undefined {
  const components = address.getComponents();
  if (components.some((component) => component.name === "webrtc")) return undefined;
  const circuit = components.findIndex((component) => component.name === "p2p-circuit");
  if (circuit < 0) return undefined;
  const relay = components.slice(0, circuit).findLast((component) => component.name === "p2p")?.value;
  return relay === undefined ? undefined : deviceOfText(relay);
}

/** The IP address or host name an address begins with; `unknown` for one that names none. */
export function hostOf(address: Multiaddr): string {
  return address.getComponents()[0]?.value ?? "unknown";
}

/** The peer an address ends at, if it names one. */
export function targetOf(address: Multiaddr): DeviceId | undefined {
  const named = address.getComponents().findLast((component) => component.name === "p2p")?.value;
  return named === undefined ? undefined : deviceOfText(named);
}

/** At most one ws(s) and one webrtc-direct address: what a presence has room for. */
export function shortAddresses(addresses: readonly string[]): readonly string[] {
  const parsed = addresses.flatMap((text) => {
    const address = parseAddress(text);
    return address === undefined ? [] : [{ text, transport: transportOf(address) }];
  });
  const socket = parsed.find((each) => each.transport === "wss") ?? parsed.find((each) => each.transport === "ws");
  const direct = parsed.find((each) => each.transport === "webrtc-direct");
  return [socket, direct].flatMap((each) => (each === undefined ? [] : [each.text]));
}

/** The /16 (IPv4) or /32 (IPv6) an ad's first address is in, or its host name: two of one kind may fail together. */
export function neighbourhoodOf(addresses: readonly string[]): string {
  const [component] = parseAddress(addresses[0] ?? "")?.getComponents() ?? [];
  const host = component?.value ?? "";
  if (component?.name === "ip4") return host.split(".").slice(0, 2).join(".");
  if (component?.name === "ip6") return host.split(":").slice(0, 2).join(":");
  return host;
}

/** Says whether a text is the id of a key we could speak to; hostile ids make libp2p throw. */
export function isUsableDevice(device: DeviceId): boolean {
  try {
    keyFromId(device);
    peerIdOf(device);
    return true;
  } catch {
    return false;
  }
}
