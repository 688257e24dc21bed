import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signDeviceList } from "@skein/identity";
import { LevelDatastore } from "datastore-level";
import { expect, test } from "vitest";
import { person } from "../../test/people.ts";
import { createDurableBook } from "./durable-book.ts";
import { keepDurablesOnDisk } from "./durable-disk.ts";

test("[PI8] durable records survive a restart of the supernode, the newest of each; what expired meanwhile is deleted", async () => {
  const directory = mkdtempSync(join(tmpdir(), "skein-durables-"));
  const signal = new AbortController().signal;
  const [here, gone] = [person(), person()];
  const list = (account: typeof here, sequence: number, issuedAt: number) =>
    signDeviceList({ sequence, issuedAt, devices: [account.device], revoked: [] }, account.userKey);
  const at = Date.now();
  const run = async (now: () => number, act: (book: ReturnType<typeof createDurableBook>) => void) => {
    const datastore = new LevelDatastore(directory);
    await datastore.open();
    const durables = createDurableBook(now);
    const disk = await keepDurablesOnDisk(datastore, { durables, now, signal });
    act(durables);
    await disk.written();
    await datastore.close();
    return durables;
  };
  try {
    const newest = list(here, 2, at);
    await run(Date.now, (book) => {
      book.accept(list(here, 1, at - 1));
      book.accept(newest);
      book.accept(list(gone, 1, at - 59 * 24 * 3_600_000));
    });
    const later = (): number => at + 2 * 24 * 3_600_000;
    const again = await run(later, () => {});
    expect([again.ofUser(here.user), again.ofUser(gone.user)]).toEqual([[newest], []]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
