import { createHandClock } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { createDesk } from "../test/machine-desk.ts";
import { buildRequest, credentialFor, UDP } from "../test/requests.ts";
import { openEar, openTurnClient } from "../test/turn-client.ts";
import { createRelayDriver } from "./relay-driver.ts";
import { bindSocket, type OpenedSocket } from "./relay-socket.ts";
import { METHOD } from "./specification.ts";
import { parseTransportAddress } from "./transport-address.ts";

async function boundSocket() {
  const bound = await bindSocket("127.0.0.1", 0);
  if (bound.kind === "refused") throw bound.error;
  return bound.socket;
}

describe("the driver", () => {
  test("[TU40] closed while a relay socket is being opened, it closes that one, too", async () => {
    const { state } = createDesk();
    const listener = await boundSocket();
    const asked = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<OpenedSocket>();
    const openSocket = (): Promise<OpenedSocket> => {
      asked.resolve();
      return opened.promise;
    };
    const clock = createHandClock();
    const driver = createRelayDriver(state, [listener], { clock, openSocket });
    const server = parseTransportAddress("127.0.0.1", listener.address().port);
    if (server === undefined) throw new Error("no address");
    const client = await openTurnClient(server, credentialFor("alice", clock.now() + 60_000));
    await client.ask(METHOD.allocate, [UDP]);
    client.send(buildRequest(METHOD.allocate, [UDP], client.signer()), server);
    await asked.promise;

    const closing = driver.close();
    const late = await boundSocket();
    const lateClosed = new Promise<void>((resolve) => late.once("close", resolve));
    opened.resolve({ kind: "opened", socket: late, port: late.address().port });
    await Promise.all([closing, lateClosed]);
    expect(driver.stats().allocations).toBe(0);
    client.close();
  });

  test("[TU40] packets from port 0 or after the close change nothing", async () => {
    const { state } = createDesk();
    const listener = await boundSocket();
    const driver = createRelayDriver(state, [listener], {
      clock: createHandClock(),
      openSocket: () => Promise.resolve({ kind: "failed" }),
    });
    const request = buildRequest(METHOD.allocate, [UDP]);
    const from = { address: "127.0.0.1", family: "IPv4" as const, port: 0, size: request.length };
    listener.emit("message", request, from);
    expect(driver.stats().requestsRefused).toBe(0);
    const ear = await openEar();
    listener.emit("message", request, { ...from, port: ear.address.port });
    expect(driver.stats().requestsRefused).toBe(1);
    await ear.next();
    await driver.close();
    listener.emit("message", request, { ...from, port: ear.address.port });
    expect(driver.stats().requestsRefused).toBe(1);
    ear.close();
  });
});
