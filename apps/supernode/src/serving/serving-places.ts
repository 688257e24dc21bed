import type { requireFreePorts } from "../listening.ts";
import type { ServingValues } from "./serving-settings.ts";

/** The ports a node that serves listens on. */
export function servingPlaces(
  values: Pick<ServingValues, "listen" | "ws-port" | "webrtc-port" | "turn-port">,
): Parameters<typeof requireFreePorts>[0] {
  const { listen } = values;
  return [
    { setting: "--ws-port", transport: "tcp", listen, port: values["ws-port"] },
    { setting: "--webrtc-port", transport: "udp", listen, port: values["webrtc-port"] },
    { setting: "--turn-port", transport: "udp", listen, port: values["turn-port"] },
  ];
}
