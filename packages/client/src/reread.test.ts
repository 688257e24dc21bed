import { expect, test } from "vitest";
import { createReread } from "./reread.ts";

test("[CT25] asked while it runs, a reading runs once more, and all who asked wait for the newest", async () => {
  let stored = "old";
  let runs = 0;
  let seen = "";
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const read = createReread(
    async () => {
      runs += 1;
      const found = stored;
      await slow;
      seen = found;
    },
    () => {},
  );
  const first = read();
  stored = "new";
  const later = [read(), read()];
  resolve();
  await Promise.all([first, ...later]);
  expect([seen, runs]).toEqual(["new", 2]);
  await read();
  expect(runs).toBe(3);
});

test("[CT25] a reading that fails is told of, rejects nobody, and the next one runs", async () => {
  const failures: unknown[] = [];
  let disk: "broken" | "fine" = "broken";
  const read = createReread(
    async () => {
      if (disk === "broken") throw new Error("disk broken");
    },
    (error) => failures.push(error),
  );
  await read();
  disk = "fine";
  await read();
  expect(failures).toEqual([new Error("disk broken")]);
});
