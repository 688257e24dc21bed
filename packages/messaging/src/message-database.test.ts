import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { unwrap } from "idb";
import { expect, test } from "vitest";
import { connectMessageDatabase } from "./message-database.ts";

test("[MS39] a connection the browser ended is opened again at the next use", async () => {
  const database = connectMessageDatabase("ended");
  const first = await database.connection();
  expect(await database.connection()).toBe(first);
  // Its types ask for the class where it takes an instance.
  forceCloseDatabase(unwrap(first) as unknown as typeof IDBDatabase);
  const second = await database.connection();
  expect(second).not.toBe(first);
  expect(await second.count("messages")).toBe(0);
  database.close();
  await expect(database.connection()).rejects.toThrow("closed");
});
