import { systemClock } from "@skein/core";
import { channelContract } from "./channel-contract.ts";
import { type ContractMember, type ContractWorld, createContractAccount } from "./contract-world.ts";
import { directoryContract } from "./directory-contract.ts";
import { mailboxContract } from "./mailbox-contract.ts";
import { createMemoryWorld, type MemoryWorldOptions } from "./memory-world.ts";
import { networkContract } from "./network-contract.ts";
import { createSeededRandom, seedFromEnvironment } from "./seeded-random.ts";

const MAILBOX_PIECES = 20;

function memoryWorld(options: MemoryWorldOptions): () => Promise<ContractWorld> {
  return async () => {
    const random = createSeededRandom(seedFromEnvironment("memory world"));
    const world = createMemoryWorld({ ...options, mailboxPieces: MAILBOX_PIECES }, { clock: systemClock, random });
    return {
      mailboxPieces: MAILBOX_PIECES,
      async join(sameUserAs?: ContractMember) {
        const account = createContractAccount(random, sameUserAs?.account);
        return { account, network: world.join(account.device), via: () => [] };
      },
      async crash({ network }) {
        world.crash(network.self);
      },
      async sever({ network }) {
        world.isolate(network.self);
        world.heal();
      },
      dispose: async () => {},
    };
  };
}

const atOnce = memoryWorld({});
networkContract("memory", atOnce);
channelContract("memory", atOnce);
directoryContract("memory", atOnce);
mailboxContract("memory", atOnce);

// With a delay, everything that only works because nothing takes time fails.
const withDelay = memoryWorld({ mode: "central", delayMs: 2 });
networkContract("memory, central, 2 ms away", withDelay);
channelContract("memory, central, 2 ms away", withDelay);
