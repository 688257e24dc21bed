import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "@skein/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { buildLab } from "../src/netns/build-lab.ts";
import { runWithInput } from "../src/netns/commands.ts";
import { checkGateways } from "../src/netns/gateway-check.ts";
import type { GatewayKind } from "../src/netns/gateway-kinds.ts";
import { gatewayRules } from "../src/netns/gateway-kinds.ts";
import { injectFaults } from "../src/netns/inject-faults.ts";
import type { Host, Lab } from "../src/netns/lab.ts";
import { labIds, readState } from "../src/netns/lab-state.ts";
import { isRight } from "../src/netns/link-judgement.ts";
import type { Prober, ProbeSocket } from "../src/netns/prober.ts";
import { identify, isRunning, type ProcessIdentity } from "../src/netns/processes.ts";
import { missingForLab, thisMachine } from "../src/netns/requirements.ts";
import { figuresOf, isAsDeclared, selfCheck, selfCheckTable } from "../src/netns/self-check.ts";
import { abandonedLabs } from "../src/netns/sweep.ts";
import { joined, topologies, twoHomes } from "../src/netns/topologies.ts";
import type { Topology } from "../src/netns/topology.ts";
import { dependencies, networkOf, openLab, openProber, ownDevices, remainsOf } from "./lab-stage.ts";

const CLI = fileURLToPath(new URL("../src/skein-lab.ts", import.meta.url));
const missing = missingForLab(thisMachine);
if (missing.length > 0) console.warn(`the tests of the lab are skipped: ${missing.join("; ")}`);

/** Two servers and homes of these kinds, all on cables. */
function plainHomes(...kinds: readonly GatewayKind[]): Topology {
  return joined(
    { hosts: ["s1", "s2"].map((name) => ({ name, behind: "internet" })) },
    ...kinds.map((kind, index) => ({
      gateways: [{ name: `gw${index}`, kind, behind: "internet" }],
      hosts: [{ name: `h${index}`, behind: `gw${index}` }],
    })),
  );
}

const socketOf = (prober: Prober, host: Host, port = 0): Promise<ProbeSocket> =>
  prober.open(host.namespace, { address: host.address, port });

/** Whether a packet from one public host reaches another. */
async function reaches(prober: Prober, from: Host, to: Host): Promise<boolean> {
  const [sender, receiver] = [await socketOf(prober, from), await socketOf(prober, to)];
  for (let time = 0; time < 3; time += 1) sender.send({ address: to.address, port: receiver.port }, "hello");
  return (await receiver.hear(({ text }) => text === "hello", 400)) !== undefined;
}

/** Which of 400 packets a host's lossy link loses. */
async function lostOnes(lab: Lab, prober: Prober): Promise<readonly number[]> {
  const [from, to] = [await socketOf(prober, lab.host("h0")), await socketOf(prober, lab.host("s1"))];
  await from.sendTrain({ address: lab.host("s1").address, port: to.port }, { count: 400, gapUs: 200, sizeBytes: 60 });
  from.send({ address: lab.host("s1").address, port: to.port }, "last");
  await to.hear(() => true, 300);
  const arrived = new Set((await to.takeArrivals()).map(({ sequence }) => sequence));
  return Array.from({ length: 400 }, (_, sequence) => sequence).filter((sequence) => !arrived.has(sequence));
}

/** Runs skein-lab as another process; killed after the test at the latest. */
function runCli(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** The id of the lab that another process has built. */
function labOf({ pid }: ChildProcess): string {
  const owned = labIds().find((labId) => {
    const owner = readState(labId)?.owner;
    return owner?.kind === "runner" && owner.pid === pid;
  });
  if (owned === undefined) throw new Error(`process ${pid} has no lab`);
  return owned;
}

describe.skipIf(missing.length > 0)(`a lab${missing.length > 0 ? ` (skipped: ${missing.join("; ")})` : ""}`, () => {
  test("[LB20] [LB21] [LB4] a lab of every kind passes its self-check and is cut off from the machine's own network", async () => {
    const before = ownDevices();
    const startedMs = systemClock.now();
    const lab = await openLab(topologies["every-kind"] as Topology);
    console.log(`${lab.layout.nodes.length} nodes up in ${systemClock.now() - startedMs} ms`);
    expect(ownDevices()).toEqual(before);

    const routes = await lab.host("cone").output("ip", ["-o", "route"]);
    expect(routes).toMatch(/^default via 192\.168\.\d+\.1 dev eth0/);
    const devices = await runWithInput(["ip", "-n", lab.layout.internet, "-o", "-d", "link"]);
    for (const line of devices.trim().split("\n")) expect(line).toMatch(/: lo: | tun type tap |@if\d+.* veth /);
    await expect(lab.host("sn1").output("ip", ["route", "get", "8.8.8.8", "from", "11.0.0.1"])).resolves.toContain(
      "via 11.0.0.254",
    );

    const check = await selfCheck(lab, "quick", dependencies);
    console.log(selfCheckTable(check));
    expect(figuresOf(check)).toEqual({ gateways: 11, gatewaysRight: 11, links: 16, linksRight: 16 });
  });

  test("[LB22] a gateway that is not of its kind is found wrong", async () => {
    const lab = await openLab(
      plainHomes("port-restricted", "port-restricted", "full-cone", "udp-blocked", "symmetric"),
    );
    const rebuild = (gateway: string, rules: string): Promise<string> =>
      lab.host(gateway).output("nft", ["-f", "-"], `flush ruleset\n${rules}`);
    await rebuild("gw0", gatewayRules("symmetric"));
    // The fault that spoils hole punching: what comes from outside first takes the port.
    await rebuild("gw1", gatewayRules("port-restricted").replace(/chain input .*\n/, ""));
    await rebuild("gw2", gatewayRules("address-restricted"));
    await rebuild("gw3", gatewayRules("web-only"));

    const checks = await checkGateways(lab.layout, await openProber(), dependencies);
    expect(checks.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      "gw0 wrong",
      "gw1 wrong",
      "gw2 wrong",
      "gw3 wrong",
      "gw4 right",
    ]);
    expect(checks[0]?.seen.udp).toMatchObject({ mapping: "address-and-port-dependent" });
    expect(checks[1]?.seen.udp).toMatchObject({ port: "changed", mapping: "endpoint-independent" });
    expect(checks[2]?.seen.udp).toMatchObject({ filtering: "address-dependent" });
    expect(checks[3]?.seen).toMatchObject({ udp: { kind: "blocked" }, tcp: "web-ports" });
  });

  test("[LB22] a link that is not as declared is found wrong", async () => {
    const lab = await openLab(twoHomes(["port-restricted", "port-restricted"]));
    // Something else than our own forwarder loses three packets of ten that come in.
    await lab.host("alice-gw").output(
      "nft",
      ["-f", "-"],
      `table netdev worse {
        chain in { type filter hook ingress device "wan" priority 0; numgen random mod 10 < 3 drop; }; };\n`,
    );

    const check = await selfCheck(lab, "quick", dependencies);
    expect(check.links.filter(({ verdict }) => verdict === "wrong").map(({ name }) => name)).toEqual(["alice-gw"]);
    const alice = check.links.find(({ name }) => name === "alice-gw");
    expect(alice?.up.every(isRight)).toBe(true);
    expect(alice?.down.filter((finding) => !isRight(finding)).map(({ what }) => what)).toContain("loss %");
    expect(isAsDeclared(check)).toBe(false);
  });

  test("[LB23] sites can be cut apart both ways and one way, and healed", async () => {
    const lab = await openLab(plainHomes("port-restricted"));
    const prober = await openProber();
    const [s1, s2] = [lab.host("s1"), lab.host("s2")];
    const both = async () => [await reaches(prober, s1, s2), await reaches(prober, s2, s1)];
    expect(await both()).toEqual([true, true]);
    await lab.partition("s1", "s2");
    expect(await both()).toEqual([false, false]);
    await lab.heal("s1", "s2");
    await lab.partition("s1", "s2", "a-to-b");
    await lab.partition("h0", "s2");
    expect(await both()).toEqual([false, true]);
    expect(await reaches(prober, lab.host("h0"), s2)).toBe(false);
    expect(await reaches(prober, lab.host("h0"), s1)).toBe(true);
    await lab.heal();
    expect(await both()).toEqual([true, true]);
    expect(await reaches(prober, lab.host("h0"), s2)).toBe(true);
    await expect(lab.partition("h0", "gw0")).rejects.toThrow("a cut needs two sites");
  });

  test("[LB24] a link counts packets and bytes each way, changes at run time, and is cut and mended", async () => {
    const lab = await openLab(
      joined(plainHomes("port-restricted"), { hosts: [{ name: "far", behind: "gw0", link: "lan" }] }),
    );
    const prober = await openProber();
    const link = lab.link("far");
    const [near, server] = [await socketOf(prober, lab.host("far")), await socketOf(prober, lab.host("s1"))];
    const to = { address: lab.host("s1").address, port: server.port };
    const before = await link.counters();

    await near.sendTrain(to, { count: 50, gapUs: 500, sizeBytes: 100 });
    near.send(to, "one more");
    const from = (await server.hear(({ text }) => text === "one more", 1_000))?.from;
    const after = await link.counters();
    expect(after.up.outPackets - before.up.outPackets).toBe(51);
    expect(after.up.outBytes - before.up.outBytes).toBe(50 * (100 + 42) + "one more".length + 42);
    expect(after.down.outPackets).toBe(before.down.outPackets);

    await link.set({ down: { delayMs: 120 } });
    const askedMs = systemClock.now();
    server.send(from ?? to, "slow");
    expect(await near.hear(({ text }) => text === "slow", 2_000)).toBeDefined();
    expect(systemClock.now() - askedMs).toBeGreaterThanOrEqual(119);

    await link.cut("up");
    near.send(to, "into the void");
    expect(await server.hear(({ text }) => text === "into the void", 150)).toBeUndefined();
    expect((await link.counters()).up.droppedDown).toBe(1);
    await link.mend();
    near.send(to, "again");
    expect(await server.hear(({ text }) => text === "again", 2_000)).toBeDefined();
    expect(() => lab.link("s1")).toThrow("gives s1 no link");
  });

  test("[LB25] the same seed loses the same packets, another seed others", async () => {
    const topology = plainHomes("port-restricted");
    const lossy: Topology = {
      ...topology,
      gateways: topology.gateways.map((gateway) => ({ ...gateway, link: { both: { lossPercent: 10 } } })),
    };
    const prober = await openProber();
    const lost: (readonly number[])[] = [];
    for (const seed of [7, 7, 8]) lost.push(await lostOnes(await openLab(lossy, seed), prober));
    expect(lost[0]?.length).toBeGreaterThan(10);
    expect(lost[1]).toEqual(lost[0]);
    expect(lost[2]).not.toEqual(lost[0]);
  });

  test("[LB26] programs run inside a host, know the public hosts by name, and end with the lab", async () => {
    const lab = await openLab(plainHomes("port-restricted"));
    const host = lab.host("h0");
    expect(await host.output("getent", ["hosts", "s2"])).toMatch(/^12\.0\.0\.1\s+s2/);
    expect(host.publicAddress).toBe("13.0.0.1");

    const started: number[] = [];
    const script = `console.log("up"); process.on("SIGTERM", () => {}); process.stdin.resume()`;
    const program = host.run(process.execPath, ["-e", script], { onStart: ({ pid }) => void started.push(pid ?? 0) });
    await once(program.process.stdout ?? process.stdin, "data");
    expect(networkOf(started[0] ?? 0)).not.toBe(networkOf("self"));
    await program.kill();
    expect(await program.ended).toBe("killed by SIGKILL");
    program.start();
    await once(program.process.stdout ?? process.stdin, "data");
    expect(started.length).toBe(2);

    const launched = spawn(host.launcher(process.execPath), [
      "-p",
      `require("os").networkInterfaces().eth0[0].address`,
    ]);
    expect(String((await once(launched.stdout, "data"))[0]).trim()).toBe(host.address);

    const running = identify(started[1] ?? 0) as ProcessIdentity;
    await lab.down();
    expect(isRunning(running)).toBe(false);
  });

  test("[LB13] faults befall real programs: one stands still and goes on, one is killed and starts anew", async () => {
    const lab = await openLab(plainHomes("port-restricted"));
    const starts: number[] = [];
    const program = lab.host("h0").run(process.execPath, ["-e", `console.log("up"); process.stdin.resume()`], {
      onStart: ({ pid }) => void starts.push(pid ?? 0),
    });
    await once(program.process.stdout ?? process.stdin, "data");
    const stateOf = (pid: number): string | undefined =>
      /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

    const abort = new AbortController();
    const pause = { atMs: 0, fault: { kind: "pause", host: "h0", forMs: 60_000 } } as const;
    const paused = injectFaults([pause], lab, { ...dependencies, signal: abort.signal });
    const refused = expect(paused).rejects.toThrow("enough");
    await vi.waitFor(() => expect(stateOf(starts[0] ?? 0)).toBe("T"), 5_000);
    abort.abort(new Error("enough"));
    await refused;
    await vi.waitFor(() => expect(stateOf(starts[0] ?? 0)).not.toBe("T"), 5_000);

    await injectFaults([{ atMs: 0, fault: { kind: "restart", host: "h0", forMs: 10 } }], lab, dependencies);
    expect(starts.length).toBe(2);
    expect(identify(starts[0] ?? 0)).toBeUndefined();
    expect(program.state).toBe("running");
  });

  test("[LB27] nothing is left after twenty times up and down, nor after a build that fails", async () => {
    for (let time = 0; time < 20; time += 1) {
      const lab = await openLab(twoHomes(["port-restricted", "symmetric"]));
      expect(remainsOf(lab.id).length).toBeGreaterThan(10);
      await lab.down();
      expect(remainsOf(lab.id)).toEqual([]);
    }
    const bytes = () => new Uint8Array([0xfa, 0x11, 0xed]);
    const abort = new AbortController();
    abort.abort(new Error("stopped while it was built"));
    const options = { topology: plainHomes("symmetric"), topologyName: "test", life: "runner", seed: 1 } as const;
    const random = { bytes, fraction: () => 0 };
    await expect(buildLab(options, { ...dependencies, random, signal: abort.signal })).rejects.toThrow("stopped while");
    expect(remainsOf("fa11ed")).toEqual([]);
  });

  test("[LB28] what a runner leaves that is killed, while it builds or later, the next build removes", async () => {
    mkdirSync("/run/netns", { recursive: true });
    const other = await openLab(plainHomes("symmetric"));
    const known = new Set(readdirSync("/run/netns"));
    const watcher = watch("/run/netns");
    onTestFinished(() => watcher.close());
    const fresh = async (): Promise<string> => {
      for (;;) {
        const [, name] = (await once(watcher, "change")) as [string, string];
        const labId = /^skein-([0-9a-f]{6})-/.exec(name)?.[1];
        if (labId !== undefined && !known.has(name) && labId !== other.id) return labId;
      }
    };

    const seen = fresh();
    const builder = runCli("run", "punch");
    const half = await seen;
    builder.kill("SIGKILL");
    await once(builder, "exit");
    expect(remainsOf(half).length).toBeGreaterThan(0);
    expect(abandonedLabs()).toContain(half);

    const runner = runCli("run", "punch");
    const lines = createInterface({ input: runner.stdout ?? process.stdin });
    await once(lines, "line");
    const whole = labOf(runner);
    runner.kill("SIGKILL");
    await once(runner, "exit");
    expect(remainsOf(half)).toEqual([]);
    expect(remainsOf(whole).length).toBeGreaterThan(10);
    expect(abandonedLabs()).toContain(whole);

    expect(abandonedLabs()).not.toContain(other.id);
    const last = await openLab(plainHomes("symmetric"));
    expect(remainsOf(whole)).toEqual([]);
    expect(abandonedLabs()).not.toContain(whole);
    for (const labId of [other.id, last.id]) expect(remainsOf(labId).length).toBeGreaterThan(10);
  });

  test("[LB29] Ctrl-C while a scenario runs removes its lab", async () => {
    const runner = runCli("run", "punch");
    const lines = createInterface({ input: runner.stdout ?? process.stdin });
    await once(lines, "line");
    const labId = labOf(runner);
    expect(remainsOf(labId).length).toBeGreaterThan(10);
    runner.kill("SIGINT");
    expect((await once(runner, "exit"))[0]).toBe(130);
    expect(remainsOf(labId)).toEqual([]);
  });
});
