import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { silent, systemClock, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { expect, onTestFinished, test } from "vitest";
import { createSupernode } from "./supernode.ts";

test("[PP52] a supernode whose relay port is taken does not start and leaves its other ports free", async () => {
  const taken = createSocket("udp4").bind(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  probe.close();
  await once(probe, "close");

  const starting = createSupernode(
    {
      listen: [`/ip4/127.0.0.1/tcp/${address.port}/ws`],
      build: "test",
      policy: "any",
      turn: { listenAddress: "127.0.0.1", listenPort: taken.address().port, publicAddress: "127.0.0.1" },
    },
    {
      key: createKeyPair(systemRandom),
      clock: systemClock,
      random: systemRandom,
      report: silent,
      supernodes: async () => [],
    },
  );
  await expect(starting).rejects.toMatchObject({ code: "EADDRINUSE" });
  const again = createServer().listen(address.port, "127.0.0.1");
  onTestFinished(() => void again.close());
  await once(again, "listening");
});
