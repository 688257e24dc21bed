import { signDeviceList, signMailboxHint } from "@skein/identity";
import { expect, test } from "vitest";
import { createMember, deadline, startServer } from "./world.ts";

test("[CE17] nobody puts a list or a hint of somebody else; one's own are there from the first login", async () => {
  const server = await startServer();
  const [bob, mallory] = [createMember(server.url, "Bob"), createMember(server.url, "Mallory")];
  try {
    await Promise.all([bob.network.start(deadline()), mallory.network.start(deadline())]);
    const { certificate, device, deviceKey, user, userKey } = bob.account;
    const statement = { sequence: Date.now() + 60_000, issuedAt: Date.now() };
    const list = signDeviceList({ ...statement, devices: [device], revoked: [] }, userKey);
    const hint = signMailboxHint({ ...statement, certificate, mailboxes: [] }, deviceKey);
    for (const record of [list, hint]) {
      const { directory } = mallory.network;
      await expect(directory.publishDurable(record, deadline())).rejects.toMatchObject({ code: "refused" });
    }
    const found = async () => (await mallory.network.directory.findDurable(user, deadline())).map(({ kind }) => kind);
    await expect.poll(found, { timeout: 10_000 }).toEqual(expect.arrayContaining(["device-list", "mailbox-hint"]));
  } finally {
    await Promise.all([bob.network.stop(), mallory.network.stop()]);
    await server.stop();
  }
});
