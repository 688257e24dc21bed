import type { Random } from "@skein/core";
import { type Ports, planPorts, portUses, unusablePorts } from "../local-network/ports.ts";

/** Finds ports for a local network of its own, so that several can run on one machine. */
export async function freePorts(random: Random): Promise<Ports> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const base = 20_000 + Math.floor(random.fraction() * 200) * 50;
    const ports = planPorts({ page: base + 48, basePort: base });
    if ((await unusablePorts(portUses(ports), "127.0.0.1")).length === 0) return ports;
  }
  throw new Error("found no free block of ports after 20 tries");
}
