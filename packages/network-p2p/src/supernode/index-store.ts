import type { SingleKadDHT } from "@libp2p/kad-dht";
import type { DeviceId, Presence, UserId } from "@skein/core";
import { openRecord, verifyCertificate } from "@skein/identity";
import { MAX_PRESENCE_BYTES, presencePayload } from "@skein/wire";
import { atMost } from "../at-most.ts";
import type { DeviceBook } from "./device-book.ts";
import { DHT_READ_WAIT_MS, DHT_TIMEOUT_MS, DHT_WRITE_WAIT_MS, READ_QUORUM, RELIST_AFTER_MS } from "./limits.ts";
import type { PresenceBook } from "./presence-book.ts";
import { devicesKey, presenceKey } from "./record-validator.ts";

/** Where presences are kept for the whole network: the DHT of the supernodes today. */
export interface IndexStore {
  /** Spreads a presence that is in the book. Resolves when it is written, or after 2 s while it goes on. */
  spread(presence: Presence): Promise<void>;
  /** Fills the books with what the network knows of a user's devices, within 2 s. */
  seekUser(user: UserId): Promise<void>;
  seekDevice(device: DeviceId): Promise<void>;
}

/** The store over kad-dht, which runs while the node serves. A supernode that knows no other has its books, and that is the whole network. */
export function createDhtStore(
  currentDht: () => SingleKadDHT | undefined,
  dependencies: { readonly presences: PresenceBook; readonly devices: DeviceBook; readonly now: () => number },
): IndexStore {
  const { devices, now, presences } = dependencies;
  const listedAt = new Map<DeviceId, number>();
  const seeking = new Map<string, Promise<void>>();
  const isAlone = (): boolean => (currentDht()?.routingTable.size ?? 0) === 0;

  const write = async (key: Uint8Array, value: Uint8Array): Promise<void> => {
    const dht = currentDht();
    if (dht === undefined) return;
    for await (const _ of dht.put(key, value, { signal: AbortSignal.timeout(DHT_TIMEOUT_MS) }));
  };
  /**
   * Reads answers as they come: the validator has put each good one into the books before we see its event, so that an
   * old answer never wins. Not `get` to its end, which throws when one holder does not take a correction.
   */
  const read = async (key: Uint8Array): Promise<void> => {
    const dht = currentDht();
    if (dht === undefined) return;
    const wanted = Math.min(READ_QUORUM, dht.routingTable.size);
    let answers = 0;
    for await (const event of dht.get(key, { signal: AbortSignal.timeout(DHT_READ_WAIT_MS) })) {
      if (event.name === "PEER_RESPONSE" && event.record !== undefined) answers += 1;
      if (answers >= wanted) break;
    }
  };
  /** One read a key at a time; a failed one leaves the books as they are. */
  const seek = (key: Uint8Array): Promise<void> => {
    if (isAlone()) return Promise.resolve();
    const name = new TextDecoder().decode(key);
    const running = seeking.get(name);
    if (running !== undefined) return running;
    const reading = atMost(DHT_READ_WAIT_MS, read(key)).finally(() => seeking.delete(name));
    seeking.set(name, reading);
    return reading;
  };
  /** A device becomes findable by its user: its certificate joins those the DHT has. */
  const list = async (presence: Presence): Promise<void> => {
    const certificate = certificateIn(presence, now());
    const last = listedAt.get(presence.device);
    if (certificate === undefined) return;
    devices.add(certificate);
    if (isAlone() || (last !== undefined && now() - last < RELIST_AFTER_MS)) return;
    listedAt.delete(presence.device);
    listedAt.set(presence.device, now());
    const [oldest] = listedAt.keys();
    if (listedAt.size > MAX_LISTED && oldest !== undefined) listedAt.delete(oldest);
    await seek(devicesKey(presence.user));
    await write(devicesKey(presence.user), devices.encode(presence.user));
  };

  return {
    async spread(presence) {
      const acts = [list(presence), ...(isAlone() ? [] : [write(presenceKey(presence.device), presence.bytes)])];
      await atMost(DHT_WRITE_WAIT_MS, Promise.all(acts));
    },
    async seekUser(user) {
      await seek(devicesKey(user));
      const all = new Set([...devices.devicesOf(user), ...presences.ofUser(user).map((each) => each.device)]);
      await Promise.all([...all].map((device) => seek(presenceKey(device))));
    },
    seekDevice: (device) => seek(presenceKey(device)),
  };
}

/** Devices whose listing is remembered. */
const MAX_LISTED = 50_000;

function certificateIn(presence: Presence, now: number) {
  const record = openRecord("presence", presencePayload, presence.bytes, MAX_PRESENCE_BYTES);
  const certificate = record.ok ? verifyCertificate(record.value.payload.certificate, now) : record;
  return certificate.ok ? certificate.value : undefined;
}
