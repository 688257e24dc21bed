import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ConnectionTransport } from "puppeteer-core";
import type { Host } from "../netns/lab.ts";
import { LabError } from "../netns/requirements.ts";
import type { Reach } from "../stage/firefox.ts";

const RELAY = fileURLToPath(new URL("bidi-relay.ts", import.meta.url));

/** Reaches a Firefox in a host of a lab: by a child process in that host, since its address is there only. */
export function reachFirefoxIn(host: Host): Reach {
  return async (endpoint) => {
    const { process: relay, ended } = host.run(process.execPath, [RELAY, endpoint], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const end = await Promise.race([once(relay, "message").then(() => undefined), ended]);
    if (end !== undefined) throw new LabError(`Firefox in ${host.name} cannot be driven: ${end}`);
    const transport: ConnectionTransport = {
      send(message) {
        if (relay.connected) relay.send(message);
      },
      close() {
        if (relay.connected) relay.disconnect();
      },
    };
    relay.on("message", (message) => transport.onmessage?.(message as string));
    void ended.then(() => transport.onclose?.());
    return transport;
  };
}
