import type { UserId } from "@skein/core";
import type { Message, MessageId } from "@skein/messaging";
import { expect, test } from "vitest";
import { openConversation } from "./open-conversation.ts";

const user = "A".repeat(43) as UserId;

function message(position: number): Message {
  const id = `message-${position}` as MessageId;
  const times = { sentAt: position, storedAt: position };
  return { id, conversation: user, direction: "incoming", body: `${position}`, ...times, position, state: "delivered" };
}

/** A conversation whose pages come when the test says so. */
function slowly() {
  const asked: { readonly before: number | undefined; give(page: readonly Message[]): void }[] = [];
  const conversation = openConversation(user, {
    history: (_, { before }) => new Promise((give) => asked.push({ before, give })),
  });
  return { conversation, asked, shown: () => conversation.live.value.messages.map(({ body }) => body) };
}

test("[CT16] a page asked for before the conversation was deleted is not shown after it", async () => {
  const { conversation, asked } = slowly();
  const reading = conversation.older();
  conversation.clear();
  asked[0]?.give([message(1)]);
  await reading;
  expect(conversation.live.value).toEqual({ messages: [], history: "complete" });
});

test("[CT16] a message that comes while the first page is read stands after it, and once", async () => {
  const { conversation, asked, shown } = slowly();
  const reading = conversation.older();
  conversation.added(message(3));
  expect(conversation.live.value).toMatchObject({ history: "loading", messages: [{ body: "3" }] });
  conversation.moved([{ ...message(3), state: "read" }, message(1)]);
  asked[0]?.give([message(1), message(2), { ...message(3), state: "delivered" }]);
  await reading;
  expect(shown()).toEqual(["1", "2", "3"]);
  expect(conversation.live.value.messages[2]?.state).toBe("read");
  expect(asked.map(({ before }) => before)).toEqual([undefined]);
});

test("[CT16] pages are asked for one at a time, each before what is shown", async () => {
  const { conversation, asked } = slowly();
  const first = [conversation.older(), conversation.older()];
  asked[0]?.give(Array.from({ length: 50 }, (_, index) => message(51 + index)));
  await Promise.all(first);
  const second = conversation.older();
  asked[1]?.give([]);
  await second;
  await conversation.older();
  expect(asked.map(({ before }) => before)).toEqual([undefined, 51]);
  expect(conversation.live.value.history).toBe("complete");
});
