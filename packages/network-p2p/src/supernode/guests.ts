import type { DeviceId } from "@skein/core";
import type { IndexRequest } from "@skein/wire";

type Join = Extract<IndexRequest, { readonly kind: "join" }>;

/** Who said at our index what it is here for. */
export interface Guests {
  /** Nodes whose home we are and that would serve. */
  readonly candidates: number;
  /** Whether this supernode is a device's home, as that device says. */
  isHomeOf(device: DeviceId): boolean;
  joined(device: DeviceId, join: Pick<Join, "home" | "candidate">): void;
  left(device: DeviceId): void;
}

/** Makes an empty register; as many as there are connections at most, since who disconnects leaves it. */
export function createGuests(): Guests {
  const homes = new Map<DeviceId, Join["candidate"]>();
  return {
    get candidates() {
      return [...homes.values()].filter((each) => each === "yes").length;
    },
    isHomeOf: (device) => homes.has(device),
    joined(device, { candidate, home }) {
      if (home === "yes") homes.set(device, candidate);
      else homes.delete(device);
    },
    left: (device) => void homes.delete(device),
  };
}
