import { messageStoreContract } from "../test/store-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

messageStoreContract("memory", async () => createMemoryStore());
