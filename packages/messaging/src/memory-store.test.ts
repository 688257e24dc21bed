import { messageStoreContract } from "@skein/testkit";
import { createMemoryStore } from "./memory-store.ts";

messageStoreContract("memory", async () => createMemoryStore());
