/** A run that will be killed: starts an engine and a container, says where, and stays. */
import { createServer } from "node:net";
import { systemClock } from "@skein/core";
import { startEngine } from "../src/compose/engine.ts";
import { openWorkplace } from "../src/compose/workplace.ts";

const place = openWorkplace();
await startEngine({ outside: "none", place }, { clock: systemClock, signal: new AbortController().signal });
console.log(place.folder);
// Something open keeps the process here until it is killed.
createServer().listen(0, "127.0.0.1");
