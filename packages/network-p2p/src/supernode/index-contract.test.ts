import { directoryContract } from "@skein/testkit";
import { createP2pWorld } from "../../test/p2p-world.ts";

// The other indexes keep the promises of the one in use: the DHT, and one-hop as in a large network, where three hold a record.
directoryContract("p2p, DHT", () => createP2pWorld({ supernodes: 2, index: { kind: "dht" } }));
directoryContract("p2p, three holders of four", () =>
  createP2pWorld({ supernodes: 4, warm: 1, index: { everywhereUpTo: 0 } }),
);
