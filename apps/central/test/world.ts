import { type SkeinEvent, systemClock, systemRandom } from "@skein/core";
import { type Account, createAccount } from "@skein/identity";
import { type CentralNetwork, createCentralNetwork } from "@skein/network-central";
import type { RelayService } from "../src/relay-service.ts";
import { type CentralServer, type CentralServerOptions, startCentralServer } from "../src/server.ts";

/** One device of a test: its account, its network and what the network said of itself. */
export interface Member {
  readonly account: Account;
  readonly network: CentralNetwork;
  readonly events: SkeinEvent[];
  /** Its WebSockets so far, the last one in use. */
  readonly sockets: WebSocket[];
}

/** A relay that hands out what the test can recognise. */
export const fakeRelay: RelayService = {
  credentials: (device) => ({ urls: ["turn:192.0.2.1:3490"], username: device.slice(0, 8), credential: "secret" }),
};

/** Starts a real server on a free port of loopback, everything in memory. */
export function startServer(options: Partial<CentralServerOptions> = {}): Promise<CentralServer> {
  return startCentralServer({ listen: "127.0.0.1", port: 0, ...options }, { relay: fakeRelay });
}

/** Makes a member of a server, not started. */
export function createMember(url: string, name: string, account: Account = newAccount(name)): Member {
  const events: SkeinEvent[] = [];
  const sockets: WebSocket[] = [];
  const network = createCentralNetwork(
    { url },
    {
      account,
      clock: systemClock,
      random: systemRandom,
      report: (event) => events.push(event),
      connect(address) {
        const socket = new WebSocket(address);
        sockets.push(socket);
        return socket;
      },
    },
  );
  return { account, network, events, sockets };
}

/** A person with one device. */
export function newAccount(name: string): Account {
  return createAccount({ name, deviceName: "test" }, { random: systemRandom, now: Date.now() });
}

/** A deadline of one step. */
export function deadline(): AbortSignal {
  return AbortSignal.timeout(8_000);
}
