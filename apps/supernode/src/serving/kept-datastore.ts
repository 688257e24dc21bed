import { join } from "node:path";
import { LevelDatastore } from "datastore-level";
import { oneLine } from "../one-line.ts";

/** Opens what libp2p keeps, in `<data>/libp2p`. Rejects with a sentence when the folder is in use. */
export async function openDatastore(data: string): Promise<LevelDatastore> {
  const datastore = new LevelDatastore(join(data, "libp2p"));
  try {
    await datastore.open();
    return datastore;
  } catch (error) {
    throw new Error(`--data ${data}: in use by another supernode, or damaged (${oneLine(rootOf(error))})`, {
      cause: error,
    });
  }
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}
