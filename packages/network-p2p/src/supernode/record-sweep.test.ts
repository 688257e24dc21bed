import { toString as encodeText } from "uint8arrays/to-string";
import { expect, test } from "vitest";
import { person } from "../../test/people.ts";
import { type Datastore, DHT_DATASTORE_PREFIX, sweepRecords } from "./record-sweep.ts";
import { devicesKey, presenceKey } from "./record-validator.ts";

/** As much of a datastore as a sweep uses. */
function datastoreOf(names: readonly string[]): { store: Datastore; left: () => readonly string[] } {
  const kept = new Set(names);
  const keyOf = (name: string) => ({ name: () => name.split("/").at(-1) ?? "", toString: () => name });
  const store = {
    async *queryKeys({ prefix }: { readonly prefix: string }) {
      for (const name of [...kept]) if (name.startsWith(prefix)) yield keyOf(name);
    },
    delete: async (key: { toString(): string }) => void kept.delete(key.toString()),
  };
  return { store: store as unknown as Datastore, left: () => [...kept] };
}

test("[PP31] records that no book knows are deleted; the rest of the datastore stays", async () => {
  const [known, forgotten] = [person(), person()];
  const record = (key: Uint8Array): string => `${DHT_DATASTORE_PREFIX}/record/${encodeText(key, "base32")}`;
  const alive = [
    record(presenceKey(known.device)),
    record(devicesKey(known.user)),
    "/libp2p/webrtc-direct/certificate",
  ];
  const dead = [record(presenceKey(forgotten.device)), record(devicesKey(forgotten.user))];
  const { store, left } = datastoreOf([...alive, ...dead]);
  await sweepRecords(store, { devices: [known.device], users: [known.user], durables: [] });
  expect(left()).toEqual(alive);
});
