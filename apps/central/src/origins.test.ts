import { expect, test } from "vitest";
import { acceptedOrigins } from "./origins.ts";

const facts = { listen: "127.0.0.1", port: 8090, scheme: "ws", publicUrls: [], interfaces: ["192.0.2.7"] } as const;

test("[CE3] a loopback server is reached by its address and by localhost", () => {
  expect(acceptedOrigins(facts)).toEqual(new Set(["ws://127.0.0.1:8090", "ws://localhost:8090"]));
});

test("[CE3] a server on all addresses is reached by each of them", () => {
  const origins = acceptedOrigins({ ...facts, listen: "0.0.0.0", interfaces: ["192.0.2.7", "2001:db8::7"] });
  for (const host of ["192.0.2.7", "[2001:db8::7]", "127.0.0.1", "localhost"])
    expect(origins).toContain(`ws://${host}:8090`);
});

test("[CE3] a named origin counts without its path and usual port", () => {
  const origins = acceptedOrigins({ ...facts, publicUrls: ["wss://central.example:443/skein/central/1"] });
  expect(origins).toContain("wss://central.example");
  expect(origins).not.toContain("ws://central.example");
});
