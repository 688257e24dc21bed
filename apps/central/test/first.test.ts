import type { Channel } from "@skein/core";
import { expect, test } from "vitest";
import { createMember, deadline, startServer } from "./world.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test("[CE24] two devices talk", async () => {
  const server = await startServer();
  const alice = createMember(server.url, "Alice");
  const bob = createMember(server.url, "Bob");
  await Promise.all([alice.network.start(deadline()), bob.network.start(deadline())]);
  const arrived = Promise.withResolvers<Channel>();
  bob.network.listen("/skein/chat/1", arrived.resolve);
  const near = await alice.network.dial(bob.network.self, "/skein/chat/1", deadline());
  await near.send(text("hello"));
  await near.send(new Uint8Array(65536).fill(7));
  const far = await arrived.promise;
  expect(far.peer).toBe(alice.network.self);
  const reader = far.incoming[Symbol.asyncIterator]();
  expect(new TextDecoder().decode((await reader.next()).value as Uint8Array)).toBe("hello");
  expect(((await reader.next()).value as Uint8Array).byteLength).toBe(65536);
  await near.close("superseded");
  expect(await far.closed).toBe("superseded");
  expect((await reader.next()).done).toBe(true);
  const found = await alice.network.directory.find(bob.account.user, deadline());
  expect(found).toHaveLength(1);
  await alice.network.mailbox.deposit(bob.network.self, text("sealed"), deadline());
  const mail = await bob.network.mailbox.collect(deadline());
  expect(mail).toHaveLength(1);
  await bob.network.mailbox.acknowledge(
    mail.map((m) => m.id),
    deadline(),
  );
  expect(await bob.network.mailbox.collect(deadline())).toHaveLength(0);
  console.log(await alice.network.mediaRoute(bob.network.self, deadline()));
  await alice.network.stop();
  await bob.network.stop();
  console.log(alice.events);
  await server.stop();
});
