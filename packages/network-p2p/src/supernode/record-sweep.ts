import type { DeviceId, Durable, UserId } from "@skein/core";
import type { Libp2pOptions } from "libp2p";
import { toString as encodeText } from "uint8arrays/to-string";
import { devicesKey, durableKey, presenceKey } from "./record-validator.ts";

/** Where libp2p keeps what must survive a restart; apps provide it, e.g. datastore-level. */
export type Datastore = NonNullable<Libp2pOptions["datastore"]>;

/** Where kad-dht keeps its records in the datastore. */
export const DHT_DATASTORE_PREFIX = "/skein-dht";

/**
 * Deletes DHT records that no book knows any more: kad-dht itself keeps expired values until somebody asks for them. After
 * a restart that is all of them; leaves put theirs again within minutes.
 */
export async function sweepRecords(
  datastore: Datastore,
  alive: {
    readonly devices: Iterable<DeviceId>;
    readonly users: Iterable<UserId>;
    readonly durables: Iterable<Durable>;
  },
): Promise<void> {
  const names = new Set<string>();
  for (const device of alive.devices) names.add(nameOf(presenceKey(device)));
  for (const user of alive.users) names.add(nameOf(devicesKey(user)));
  for (const record of alive.durables) names.add(nameOf(durableKey(record)));
  const dead = [];
  for await (const key of datastore.queryKeys({ prefix: `${DHT_DATASTORE_PREFIX}/record` }))
    if (!names.has(key.name())) dead.push(key);
  for (const key of dead) await datastore.delete(key);
}

/** The last part of a record's datastore key (kad-dht 16.4.5, `bufferToRecordKey`). */
function nameOf(key: Uint8Array): string {
  return encodeText(key, "base32");
}
