import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { planPorts, portUses, unusablePorts } from "./ports.ts";
import { afterEnd, defaultRestartLimits } from "./restart-policy.ts";
import { framed, sentence } from "./screen.ts";
import { localServices } from "./services.ts";

test("the usual ports are those of the documentation", () => {
  expect(planPorts({})).toEqual({
    page: 8080,
    central: 8090,
    centralTurn: 3490,
    supernodes: [
      { ws: 9101, webrtc: 9201, turn: 3481, http: 9301 },
      { ws: 9102, webrtc: 9202, turn: 3482, http: 9302 },
      { ws: 9103, webrtc: 9203, turn: 3483, http: 9303 },
    ],
    echo: 9310,
  });
});

test("a base port moves everything but the page into its block, each port once", () => {
  const uses = portUses(planPorts({ page: 8180, basePort: 9500 }));
  expect(uses).toHaveLength(16);
  expect(new Set(uses.map(({ port }) => port)).size).toBe(16);
  const inBlock = uses.filter(({ port }) => port >= 9500 && port < 9544);
  expect(inBlock.map(({ owner }) => owner)).toEqual(uses.map(({ owner }) => owner).filter((owner) => owner !== "page"));
});

test.each([
  [{ page: 0 }, "--port must be a number from 1 to 65535"],
  [{ page: Number.NaN }, "--port must be a number from 1 to 65535"],
  [{ basePort: 65_500 }, "--base-port must be a number from 1 to 65492"],
  [{ page: 8090 }, "--port 8090 is the port of central server; choose another one"],
])("a wish that does not fit is refused with the reason: %o", (wishes, reason) => {
  expect(() => planPorts(wishes)).toThrow(reason);
});

test("a port that another program holds is named with the one who wants it", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void holder.close());
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  const uses = [
    { port, transport: "tcp", owner: "page" },
    { port, transport: "udp", owner: "supernode 1, TURN" },
  ] as const;
  expect(await unusablePorts(uses, "127.0.0.1")).toEqual([{ ...uses[0], code: "EADDRINUSE" }]);
});

test("three supernodes know the two others, and the page starts after all and knows every one", () => {
  const services = localServices(planPorts({}), "/data");
  expect(services.map(({ name }) => name)).toEqual(["supernode-1", "supernode-2", "supernode-3", "central", "page"]);
  const argument = (name: string, flag: string): string | undefined => {
    const args = services.find((service) => service.name === name)?.args ?? [];
    return args[args.indexOf(flag) + 1];
  };
  expect(argument("supernode-2", "--bootstrap")).toBe("http://127.0.0.1:9301,http://127.0.0.1:9303");
  expect(argument("supernode-2", "--data")).toBe("/data/supernode-2");
  expect(argument("page", "--supernodes")).toBe("http://127.0.0.1:9301,http://127.0.0.1:9302,http://127.0.0.1:9303");
  expect(argument("page", "--central")).toBe("ws://localhost:8090/skein/central/1");
  expect(services.filter(({ stage }) => stage === 2).map(({ name }) => name)).toEqual(["page"]);
  for (const { name } of services) expect(argument(name, "--listen")).toBe("127.0.0.1");
});

test("the echo contact is there when asked for, after the page, and nothing depends on it", () => {
  const services = localServices(planPorts({}), "/data", { echo: "on" });
  const [echo] = services.filter(({ need }) => need === "extra");
  expect(echo).toMatchObject({ name: "echo", healthUrl: "http://127.0.0.1:9310/healthz" });
  expect(echo?.stage).toBeGreaterThan(
    Math.max(...services.filter((service) => service !== echo).map(({ stage }) => stage)),
  );
  expect(echo?.args).toEqual(expect.arrayContaining(["peer", "--echo", "--page", "http://localhost:8080/"]));
});

test("restarts wait twice as long each time, are given up after five, and are forgotten after the window", () => {
  const nowMs = 1_000_000;
  const waits = [1, 2, 3, 4, 5, 6].map((ends) => afterEnd(Array(ends).fill(nowMs), nowMs, defaultRestartLimits));
  expect(waits.map((next) => (next.kind === "restart" ? next.inMs : next.kind))).toEqual([
    500,
    1000,
    2000,
    4000,
    8000,
    "give-up",
  ]);
  const longAgo = Array(9).fill(nowMs - defaultRestartLimits.windowMs);
  expect(afterEnd([...longAgo, nowMs], nowMs, defaultRestartLimits)).toEqual({
    kind: "restart",
    inMs: 500,
    attempt: 1,
  });
});

test("the news of a service that ended says which, how and its last words", () => {
  const [service] = localServices(planPorts({}), "/data");
  if (!service) throw new Error("no service");
  expect(sentence({ kind: "ended", service, how: "exit code 1", lastLines: ["no space left"] })).toBe(
    "✗ supernode 1 ended: exit code 1\n    | no space left",
  );
});

test("a frame is as wide as its longest line", () => {
  expect(framed(["a", "bcd"])).toBe("┌───────┐\n│  a    │\n│  bcd  │\n└───────┘");
});
