import type { PeerReach } from "./peer-policy.ts";
import { CHANNEL_LIFETIME_MS, PERMISSION_LIFETIME_MS } from "./specification.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { addressKey, type ClientAddress, type TransportAddress } from "./transport-address.ts";

/** Names one relay socket between machine and driver; never used twice. */
export type RelayId = number;

/** Which port a relayed address should have; `even` when EVEN-PORT asks for it (RFC 8656 §18.6). */
export type WantedPort = "any" | "even";

/** Who asked for an allocation and how it signs. */
export interface Owner {
  readonly client: ClientAddress;
  readonly username: string;
  /** The id inside the user name; quotas count it. */
  readonly id: string;
  /** The integrity key of the long-term mechanism. */
  readonly key: Buffer;
}

/** An allocation whose relay socket is being opened. */
export interface PendingAllocation {
  readonly relay: RelayId;
  readonly owner: Owner;
  /** A copy of the request's transaction id. */
  readonly transaction: Buffer;
  readonly lifetimeMs: number;
  /** Whether the client also asked for IPv6, which is answered with a reason in the success. */
  readonly extraFamily: "none" | "ipv6";
}

/** A permission: this peer IP address may send and be sent to. Changed by {@link permit} only. */
export interface Permission {
  expiresAt: number;
  readonly reach: PeerReach;
}

/** A channel bound to one peer. Changed by {@link bindChannel} only. */
export interface Channel {
  readonly number: number;
  readonly peer: TransportAddress;
  expiresAt: number;
}

/** An allocation in use. Its maps are changed by the functions of this file only. */
export interface Allocation {
  readonly relay: RelayId;
  readonly owner: Owner;
  /** The port of the relayed address. */
  readonly port: number;
  expiresAt: number;
  readonly permissions: Map<number, Permission>;
  readonly channels: Map<number, Channel>;
  /** The same channels by {@link addressKey} of their peer. */
  readonly channelsByPeer: Map<number, Channel>;
  readonly bucket: TokenBucket;
}

/** What became of a try to bind a channel. */
export type BindOutcome = "bound" | "conflict" | "full";

/** The permission for a peer IP address, if there is one and it has not ended. */
export function permissionFor(allocation: Allocation, ip: number, now: number): Permission | undefined {
  const permission = allocation.permissions.get(ip);
  return permission !== undefined && permission.expiresAt > now ? permission : undefined;
}

/** Says whether permissions for all these addresses fit under the limit; drops ended ones first. */
export function permissionsFit(allocation: Allocation, ips: readonly number[], limit: number, now: number): boolean {
  dropEndedPermissions(allocation, now);
  const added = new Set(ips.filter((ip) => !allocation.permissions.has(ip)));
  return allocation.permissions.size + added.size <= limit;
}

/** Installs or renews a permission for five minutes (RFC 8656 §9). */
export function permit(allocation: Allocation, ip: number, reach: PeerReach, now: number): void {
  const present = allocation.permissions.get(ip);
  if (present === undefined) allocation.permissions.set(ip, { expiresAt: now + PERMISSION_LIFETIME_MS, reach });
  else present.expiresAt = now + PERMISSION_LIFETIME_MS;
}

/** The channel with this number, if bound now. */
export function channelByNumber(allocation: Allocation, number: number, now: number): Channel | undefined {
  const channel = allocation.channels.get(number);
  return channel !== undefined && channel.expiresAt > now ? channel : undefined;
}

/** The channel bound to this peer now, if any. */
export function channelByPeer(allocation: Allocation, peer: TransportAddress, now: number): Channel | undefined {
  const channel = allocation.channelsByPeer.get(addressKey(peer));
  return channel !== undefined && channel.expiresAt > now ? channel : undefined;
}

/** Binds or renews a channel for ten minutes. Neither number nor peer may be bound otherwise (RFC 8656 §12.2). */
export function bindChannel(
  allocation: Allocation,
  number: number,
  peer: TransportAddress,
  limit: number,
  now: number,
): BindOutcome {
  dropEndedChannels(allocation, now);
  const byNumber = allocation.channels.get(number);
  const byPeer = allocation.channelsByPeer.get(addressKey(peer));
  if (byNumber !== byPeer) return "conflict";
  if (byNumber !== undefined) {
    byNumber.expiresAt = now + CHANNEL_LIFETIME_MS;
    return "bound";
  }
  if (allocation.channels.size >= limit) return "full";
  const channel: Channel = { number, peer, expiresAt: now + CHANNEL_LIFETIME_MS };
  allocation.channels.set(number, channel);
  allocation.channelsByPeer.set(addressKey(peer), channel);
  return "bound";
}

function dropEndedPermissions(allocation: Allocation, now: number): void {
  for (const [ip, { expiresAt }] of allocation.permissions) if (expiresAt <= now) allocation.permissions.delete(ip);
}

function dropEndedChannels(allocation: Allocation, now: number): void {
  for (const channel of allocation.channels.values()) {
    if (channel.expiresAt > now) continue;
    allocation.channels.delete(channel.number);
    allocation.channelsByPeer.delete(addressKey(channel.peer));
  }
}
