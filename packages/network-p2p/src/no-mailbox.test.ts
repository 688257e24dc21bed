import { expect, test } from "vitest";
import { person } from "../test/people.ts";
import { noMailbox } from "./no-mailbox.ts";

test("[PP36] every use of the mailbox says that there is none yet, or that the network is stopped", async () => {
  const signal = new AbortController().signal;
  for (const [started, code] of [
    [true, "unsupported"],
    [false, "stopped"],
  ] as const) {
    const mailbox = noMailbox(() => started);
    const uses = [
      mailbox.deposit(person().device, new Uint8Array(1), signal),
      mailbox.collect(signal),
      mailbox.acknowledge(["x"], signal),
    ];
    for (const use of uses) await expect(use).rejects.toMatchObject({ code });
  }
});
