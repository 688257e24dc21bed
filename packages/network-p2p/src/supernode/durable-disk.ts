import type { Durable } from "@skein/core";
import { verifyDurable } from "@skein/identity";
import { Key } from "interface-datastore";
import type { DurableBook } from "./durable-book.ts";
import { nameOfDurable } from "./one-hop-store.ts";
import type { Datastore } from "./record-sweep.ts";

/** Where durable records lie in the datastore. */
const PREFIX = "/skein-durable";

/**
 * Reads the durable records kept from the last run into a book, checks each anew, and from then on keeps the book's changes
 * on disk. Resolves when all are read, with a wait for what is being written; a datastore that fails costs only what was
 * not written.
 */
export async function keepDurablesOnDisk(
  datastore: Datastore,
  dependencies: { readonly durables: DurableBook; readonly now: () => number; readonly signal: AbortSignal },
): Promise<{ written(): Promise<void> }> {
  const { durables, now, signal } = dependencies;
  /** One write at a time, in the order of the changes. */
  let writing: Promise<unknown> = Promise.resolve();
  durables.subscribe((change, record) => {
    writing = writing
      .then(() => (change === "kept" ? datastore.put(keyOf(record), record.bytes) : datastore.delete(keyOf(record))))
      .catch(() => {});
  });
  for await (const { key, value } of datastore.query({ prefix: PREFIX })) {
    if (signal.aborted) break;
    const record = verifyDurable(Uint8Array.from(value), now());
    // Written again when it is taken: no harm, and no second way in.
    if (record.ok) durables.accept(record.value);
    else await datastore.delete(key);
  }
  return {
    async written() {
      await writing;
    },
  };
}

function keyOf(record: Durable): Key {
  return new Key(`${PREFIX}/${nameOfDurable(record).replace(" ", "-")}`);
}
