/** Relay slots by the address they are held from. */
export interface ReservationCaps<Peer> {
  /** Takes a slot for a peer at an address, or says that the address has enough. One that has a slot may renew it. */
  take(group: string, peer: Peer): boolean;
  /** The peer is gone. */
  free(peer: Peer): void;
}

/**
 * Makes the counts. `holds` says who has a slot in truth: slots also end by themselves, and those are given up when an
 * address seems to have too many.
 */
export function createReservationCaps<Peer>(most: number, holds: (peer: Peer) => boolean): ReservationCaps<Peer> {
  const peersAt = new Map<string, Set<Peer>>();
  const groupOf = new Map<Peer, string>();

  const free = (peer: Peer): void => {
    const group = groupOf.get(peer);
    if (group === undefined) return;
    groupOf.delete(peer);
    const peers = peersAt.get(group);
    peers?.delete(peer);
    if (peers?.size === 0) peersAt.delete(group);
  };

  const countAt = (group: string): number => peersAt.get(group)?.size ?? 0;
  const freeEnded = (group: string): void => {
    for (const each of [...(peersAt.get(group) ?? [])]) if (!holds(each)) free(each);
  };

  return {
    free,
    take(group, peer) {
      if (groupOf.get(peer) === group) return true;
      if (countAt(group) >= most) freeEnded(group);
      if (countAt(group) >= most) return false;
      free(peer);
      groupOf.set(peer, group);
      peersAt.set(group, (peersAt.get(group) ?? new Set()).add(peer));
      return true;
    },
  };
}
