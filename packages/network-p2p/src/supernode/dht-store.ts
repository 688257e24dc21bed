import type { SingleKadDHT } from "@libp2p/kad-dht";
import type { DeviceId, Presence } from "@skein/core";
import { openRecord, verifyCertificate } from "@skein/identity";
import { MAX_PRESENCE_BYTES, presencePayload } from "@skein/wire";
import { atMost } from "../at-most.ts";
import type { DeviceBook } from "./device-book.ts";
import type { DurableBook } from "./durable-book.ts";
import type { IndexStore } from "./index-store.ts";
import { DHT_TIMEOUT_MS, READ_QUORUM, READ_WAIT_MS, RELIST_AFTER_MS, WRITE_WAIT_MS } from "./limits.ts";
import type { PresenceBook } from "./presence-book.ts";
import { devicesKey, durableKey, presenceKey } from "./record-validator.ts";

/**
 * The store over kad-dht (K 8, α 3). A supernode that knows no other has its books, and that is the whole network. `dht`
 * may answer `undefined` while the node does not serve.
 */
export function createDhtStore(
  dht: () => SingleKadDHT | undefined,
  dependencies: {
    readonly presences: PresenceBook;
    readonly devices: DeviceBook;
    readonly durables: DurableBook;
    readonly now: () => number;
  },
): IndexStore {
  const { devices, durables, now, presences } = dependencies;
  let requests = 0;
  const listedAt = new Map<DeviceId, number>();
  const seeking = new Map<string, Promise<void>>();
  const isAlone = (): boolean => (dht()?.routingTable.size ?? 0) === 0;

  const write = async (key: Uint8Array, value: Uint8Array): Promise<void> => {
    for await (const _ of dht()?.put(key, value, { signal: AbortSignal.timeout(DHT_TIMEOUT_MS) }) ?? []);
  };
  /**
   * Reads answers as they come: the validator has put each good one into the books before we see its event, so that an
   * old answer never wins. Not `get` to its end, which throws when one holder does not take a correction.
   */
  const read = async (key: Uint8Array): Promise<void> => {
    const wanted = Math.min(READ_QUORUM, dht()?.routingTable.size ?? 0);
    let answers = 0;
    for await (const event of dht()?.get(key, { signal: AbortSignal.timeout(READ_WAIT_MS) }) ?? []) {
      if (event.name === "SEND_QUERY") requests += 1;
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
    const reading = atMost(READ_WAIT_MS, read(key)).finally(() => seeking.delete(name));
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
    get requests() {
      return requests;
    },
    async spread(presence) {
      const acts = [list(presence), ...(isAlone() ? [] : [write(presenceKey(presence.device), presence.bytes)])];
      await atMost(WRITE_WAIT_MS, Promise.all(acts));
    },
    async seekUser(user) {
      await seek(devicesKey(user));
      const all = new Set([...devices.devicesOf(user), ...presences.ofUser(user).map((each) => each.device)]);
      await Promise.all([...all].map((device) => seek(presenceKey(device))));
    },
    seekDevice: (device) => seek(presenceKey(device)),
    async spreadDurable(record) {
      if (!isAlone()) await atMost(WRITE_WAIT_MS, write(durableKey(record), record.bytes));
    },
    async seekDurable(user) {
      await seek(durableKey({ kind: "device-list", user }));
      const listed = durables.ofUser(user).flatMap((each) => (each.kind === "device-list" ? each.devices : []));
      const all = new Set([...listed, ...devices.devicesOf(user)]);
      await Promise.all([...all].map((device) => seek(durableKey({ kind: "mailbox-hint", device }))));
    },
  };
}

/** Devices whose listing is remembered. */
const MAX_LISTED = 50_000;

function certificateIn(presence: Presence, now: number) {
  const record = openRecord("presence", presencePayload, presence.bytes, MAX_PRESENCE_BYTES);
  const certificate = record.ok ? verifyCertificate(record.value.payload.certificate, now) : record;
  return certificate.ok ? certificate.value : undefined;
}
