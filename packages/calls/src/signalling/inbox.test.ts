import type { Channel, CloseReason } from "@skein/core";
import { expect, test } from "vitest";
import { MAX_MESSAGES_PER_CHANNEL } from "../specification.ts";
import { createInbox } from "./inbox.ts";

/** A channel that never runs dry. */
function endless(): { readonly channel: Channel; readonly closed: readonly CloseReason[] } {
  const closed: CloseReason[] = [];
  async function* messages(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array([1]);
  }
  const channel = { incoming: messages(), close: async (reason: CloseReason) => void closed.push(reason) };
  return { channel: channel as unknown as Channel, closed };
}

test("[CL18] a channel that brings more messages than any call needs is closed", async () => {
  const { channel, closed } = endless();
  const inbox = createInbox(channel);
  for (let count = 0; count < MAX_MESSAGES_PER_CHANNEL; count += 1) expect(await inbox.next()).toBeDefined();
  expect(closed).toEqual([]);
  expect(await inbox.next()).toBeUndefined();
  expect(closed).toEqual(["protocol-error"]);
});
