import { channelContract, directoryContract, networkContract } from "@skein/testkit";
import { createP2pWorld } from "../test/p2p-world.ts";

/** Two supernodes: a record published at one is found at the other, and a leaf has a home and a standby. */
const world = () => createP2pWorld({ supernodes: 2 });

networkContract("p2p", world);
channelContract("p2p", world);
directoryContract("p2p", world);
