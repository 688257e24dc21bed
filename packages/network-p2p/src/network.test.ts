import { channelContract, directoryContract, networkContract } from "@skein/testkit";
import { createP2pWorld } from "../test/p2p-world.ts";

networkContract("p2p", createP2pWorld);
channelContract("p2p", createP2pWorld);
directoryContract("p2p", createP2pWorld);
