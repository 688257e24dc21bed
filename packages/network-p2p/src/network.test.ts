import { channelContract, directoryContract, networkContract } from "@skein/testkit";
import { createP2pWorld } from "../test/p2p-world.ts";

/** Two supernodes: a record published at one is found at the other, and a leaf has a home and a standby. */
const world = () => createP2pWorld({ supernodes: 2 });

networkContract("p2p", world);
channelContract("p2p", world);
directoryContract("p2p", world);

// The other indexes keep the same promises: the DHT, and one-hop as in a large network, where three hold a record.
directoryContract("p2p, DHT", () => createP2pWorld({ supernodes: 2, index: { kind: "dht" } }));
directoryContract("p2p, three holders of five", () =>
  createP2pWorld({ supernodes: 5, warm: 1, index: { everywhereUpTo: 0 } }),
);
