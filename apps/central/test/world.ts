import { type Channel, type Clock, type Protocol, type SkeinEvent, systemClock, systemRandom } from "@skein/core";
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
  credentialsFor: (device) => ({ urls: ["turn:192.0.2.1:3490"], username: device.slice(0, 8), credential: "secret" }),
};

/** Starts a real server on a free port of loopback, everything in memory. */
export function startServer(options: Partial<CentralServerOptions> = {}): Promise<CentralServer> {
  return startCentralServer({ listen: "127.0.0.1", port: 0, ...options }, { relay: fakeRelay });
}

/** Makes a member of a server, not started. `connect` stands for the global WebSocket, `clock` for the machine's. */
export function createMember(
  url: string,
  name: string,
  options: { readonly account?: Account; readonly connect?: (url: string) => WebSocket; readonly clock?: Clock } = {},
): Member {
  const { account = newAccount(name), connect = (address) => new WebSocket(address), clock = systemClock } = options;
  const events: SkeinEvent[] = [];
  const sockets: WebSocket[] = [];
  const network = createCentralNetwork(
    { url },
    {
      account,
      clock,
      random: systemRandom,
      report: (event) => events.push(event),
      connect(address) {
        const socket = connect(address);
        sockets.push(socket);
        return socket;
      },
    },
  );
  return { account, network, events, sockets };
}

/** A channel between two started members: both ends. */
export async function connectMembers(
  from: Member,
  to: Member,
  protocol: Protocol = "/skein/chat/1",
): Promise<{ readonly near: Channel; readonly far: Channel }> {
  const arrived = Promise.withResolvers<Channel>();
  const end = to.network.listen(protocol, arrived.resolve);
  const near = await from.network.dial(to.network.self, protocol, deadline());
  const far = await arrived.promise;
  end();
  return { near, far };
}

/** A person with one device. */
export function newAccount(name: string): Account {
  return createAccount({ name, deviceName: "test" }, { random: systemRandom, now: Date.now() });
}

/** A deadline of one step. */
export function deadline(): AbortSignal {
  return AbortSignal.timeout(8_000);
}
