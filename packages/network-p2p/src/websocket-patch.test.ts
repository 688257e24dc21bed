import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, test } from "vitest";
import { startRawLeaf } from "../test/raw-leaf.ts";

test("[PP47] a dial that is given up closes its socket, also when nobody answered yet", async () => {
  const silent = createServer();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const raw = await startRawLeaf();
  try {
    const { port } = silent.address() as AddressInfo;
    const control = new AbortController();
    const reached = once(silent, "connection");
    const dialling = raw.parts.transportManager
      .dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`), { signal: control.signal })
      .catch((error: unknown) => error);
    const [socket] = (await reached) as [Socket];
    const closed = once(socket.resume(), "close");
    control.abort(new Error("given up"));
    expect(await dialling).toBeInstanceOf(Error);
    await closed;
  } finally {
    await raw.stop();
    silent.close();
  }
});
