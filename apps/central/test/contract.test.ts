import { systemClock, systemRandom } from "@skein/core";
import { createCentralNetwork } from "@skein/network-central";
import {
  type ContractMember,
  type ContractWorld,
  channelContract,
  createContractAccount,
  directoryContract,
  mailboxContract,
  networkContract,
} from "@skein/testkit";
import { WebSocket as NodeWebSocket } from "ws";
import { startServer } from "./world.ts";

/** A real server on loopback; members with real sockets that can be cut and killed. */
async function centralWorld(): Promise<ContractWorld> {
  const mailboxPieces = 40;
  const server = await startServer({ limits: { mailboxPieces } });
  const lines = new Map<ContractMember, Line>();
  return {
    mailboxPieces,
    async join(sameUserAs) {
      const account = createContractAccount(systemRandom, sameUserAs?.account);
      const line = createLine();
      const network = createCentralNetwork(
        { url: server.url },
        { account, clock: systemClock, random: systemRandom, connect: line.connect },
      );
      const member = { account, network, via: () => [] };
      lines.set(member, line);
      return member;
    },
    async crash(member) {
      lines.get(member)?.kill();
    },
    async sever(member) {
      lines.get(member)?.cut();
    },
    dispose: () => server.stop(),
  };
}

/** The sockets of one member. */
interface Line {
  connect(url: string): WebSocket;
  /** Cuts the TCP connection without a word. */
  cut(): void;
  /** Cuts it and lets no other come. */
  kill(): void;
}

function createLine(): Line {
  const sockets: NodeWebSocket[] = [];
  let dead = false;
  const cut = (): void => {
    for (const socket of sockets.splice(0)) socket.terminate();
  };
  return {
    connect(url) {
      if (dead) throw new Error("this member was killed");
      const socket = new NodeWebSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    cut,
    kill() {
      dead = true;
      cut();
    },
  };
}

networkContract("central", centralWorld);
channelContract("central", centralWorld);
directoryContract("central", centralWorld);
mailboxContract("central", centralWorld);
