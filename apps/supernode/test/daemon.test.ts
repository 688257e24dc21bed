import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { connect } from "node:tls";
import { type SupernodeAd, type SupernodeList, verifyAd, verifyList } from "@skein/identity";
import { expect, onTestFinished, test } from "vitest";
import { canMakeCertificates, makeCertificate } from "./certificate.ts";
import { type VanishPoint, vanish } from "./half-open.ts";
import { builtPage } from "./page.ts";
import { freePorts, supernodeArguments } from "./ports.ts";
import { skein, temporaryFolder } from "./program.ts";
import { stopped, supernode } from "./running.ts";

async function bytesFrom(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

function checked(ad: Uint8Array): SupernodeAd {
  const read = verifyAd(ad, Date.now());
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

function checkedList(bytes: Uint8Array): SupernodeList {
  const read = verifyList(bytes, Date.now());
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

test("[SU9] [SU10] a supernode tells its health, its figures and its signed ad, and stops when it is told", async () => {
  const running = await supernode();
  const { url, ports } = running;
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.json()]).toEqual([
    200,
    expect.objectContaining({ ok: true, phase: "serving", reservations: 0, turn: expect.anything() }),
  ]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  for (const name of ["skein_connections 0", "skein_turn_bytes_total 0", "process_cpu_seconds_total"])
    expect(metrics).toContain(`\n${name}`);
  expect(metrics).toContain("# TYPE skein_turn_bytes_total counter");
  const ad = checked(await bytesFrom(`${url}/ad`));
  const up = await running.logged("supernode.up");
  expect(up).toMatchObject({ id: ad.supernode, build: ad.build, http: ports.http });
  expect(ad.addresses[0]).toBe(`/ip4/127.0.0.1/tcp/${ports.ws}/ws`);
  expect(ad.addresses[1]).toMatch(
    new RegExp(`^/ip4/127.0.0.1/udp/${ports.webrtc}/webrtc-direct/certhash/uEi[\\w-]{43,46}$`),
  );
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect(await stopped(running)).toBe(0);
  expect(running.log.at(-1)?.event).toBe("supernode.stopped");
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test("[SU11] after a new start it is the same supernode, with the same certificate", async () => {
  const [data, ports] = [temporaryFolder(), await freePorts()];
  const first = await supernode([], { data, ports });
  const before = checked(await bytesFrom(`${first.url}/ad`));
  expect(await stopped(first)).toBe(0);
  const second = await supernode([], { data, ports });
  const after = checked(await bytesFrom(`${second.url}/ad`));
  expect(after.supernode).toBe(before.supernode);
  expect(after.addresses).toEqual(before.addresses);
  expect(after.issuedAt).toBeGreaterThanOrEqual(before.issuedAt);
  await stopped(second);
});

test("[SU12] with --page it serves the page and a list of itself, and is told of others by --bootstrap", async () => {
  const other = await supernode();
  const folder = builtPage();
  const running = await supernode(["--page", "--page-directory", folder, "--bootstrap", other.url]);
  expect(await (await fetch(running.url)).text()).toContain("<title>Skein</title>");
  const list = checkedList(await bytesFrom(`${running.url}/skein/supernodes`));
  const own = checked(await bytesFrom(`${running.url}/ad`));
  expect(list.ads[0]?.supernode).toBe(own.supernode);
  expect(list.host).toBe(own.supernode);
  expect(list.central).toBeUndefined();
  await running.logged("net.supernode.connected");
  expect([await stopped(running), await stopped(other)]).toEqual([0, 0]);
});

test("[SU12] a page host of its own serves the page and the list of the supernodes that answer", async () => {
  const listed = await supernode();
  const { http } = await freePorts();
  const silent = `http://127.0.0.1:${http}`;
  const { http: port } = await freePorts();
  const page = skein([
    ...["page", "--data", temporaryFolder(), "--listen", "127.0.0.1", "--port", `${port}`],
    ...["--page-directory", builtPage(), "--supernodes", `${silent},${listed.url}`],
    ...["--central", "ws://127.0.0.1:8090"],
  ]);
  expect(await page.logged("page.up")).toMatchObject({ port, supernodes: 1 });
  const list = checkedList(await bytesFrom(`http://127.0.0.1:${port}/skein/supernodes`));
  expect(list.ads.map(({ supernode }) => supernode)).toEqual([checked(await bytesFrom(`${listed.url}/ad`)).supernode]);
  expect(list.central).toBe("ws://127.0.0.1:8090");
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toEqual({ ok: true, supernodes: 1 });
  expect([await stopped(page), await stopped(listed)]).toEqual([0, 0]);
});

// Needs the openssl program: Node makes no certificates.
test.runIf(canMakeCertificates)("[SU13] with a certificate all of it is https and wss", async () => {
  const folder = temporaryFolder();
  const files = makeCertificate(folder);
  const ca = readFileSync(files.certificate);
  const extra = ["--tls-cert", files.certificate, "--tls-key", files.key, "--announce-name", "skein.test"];
  const running = await supernode([...extra, "--page", "--page-directory", builtPage()]);
  const secure = async (path: string): Promise<Uint8Array> => {
    const [response] = await once(request({ host: "127.0.0.1", port: running.ports.http, path, ca }).end(), "response");
    return Uint8Array.from(Buffer.concat(await response.toArray()));
  };
  const ad = checked(await secure("/ad"));
  expect(ad.addresses[0]).toMatch(new RegExp(`^/dns4/skein.test/tcp/${running.ports.ws}/tls/ws$`));
  expect(ad.addresses[1]).toMatch(/webrtc-direct\/certhash/);
  expect(Buffer.from(await secure("/")).toString()).toContain("<title>Skein</title>");
  expect(checkedList(await secure("/skein/supernodes")).ads[0]?.addresses).toEqual(ad.addresses);
  const socket = connect({ host: "127.0.0.1", port: running.ports.ws, ca });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
  await expect(fetch(running.url)).rejects.toThrow();
  expect(await stopped(running)).toBe(0);
});

test("[SU13] one of certificate and key alone, or a file that is none, is a wrong setting", async () => {
  const [data, ports] = [temporaryFolder(), await freePorts()];
  const alone = skein([...supernodeArguments(data, ports), "--tls-cert", "cert.pem"]);
  expect(await alone.ended).toEqual({
    code: 2,
    errors: "skein: --tls-cert and --tls-key go together: one of them is missing\n",
  });
  const wrong = skein([...supernodeArguments(data, ports), "--tls-cert", "package.json", "--tls-key", "package.json"]);
  const { code, errors } = await wrong.ended;
  expect([code, errors.split("\n").length]).toEqual([2, 2]);
  expect(errors).toMatch(/^skein: --tls-cert, --tls-key: /);
});

test("[SU14] a port in use is one line that names the setting and the port, and code 1", async () => {
  const ports = await freePorts();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  const tcp = (server.address() as { port: number }).port;
  const udp = socket.address().port;
  const faults = [
    ["--ws-port", { ...ports, ws: tcp }, tcp],
    ["--http-port", { ...ports, http: tcp }, tcp],
    ["--webrtc-port", { ...ports, webrtc: udp }, udp],
    ["--turn-port", { ...ports, turn: udp }, udp],
    ["--turn-port", { ...ports, turn: ports.webrtc }, ports.webrtc],
  ] as const;
  for (const [setting, taken, port] of faults) {
    const program = skein(supernodeArguments(temporaryFolder(), taken));
    expect(await program.ended).toEqual({
      code: 1,
      errors: `skein: ${setting} ${port}: 127.0.0.1:${port} is in use already\n`,
    });
  }
});

test("[SU14] two supernodes do not share a folder", async () => {
  const data = temporaryFolder();
  const running = await supernode([], { data });
  const second = skein(supernodeArguments(data, await freePorts()));
  const { code, errors } = await second.ended;
  expect([code, errors.split("\n").length]).toEqual([1, 2]);
  expect(errors).toMatch(/--data .*: in use by another supernode/);
  await stopped(running);
});

test("[SU2] wrong words are one line and code 2, no words are the usage", async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["supernode", "--prot"], /Unknown option '--prot'/],
    [["supernoed"], /unknown command "supernoed"/],
    [["page", "--data", temporaryFolder(), "--page-directory", "/nowhere"], /no page there/],
  ];
  for (const [args, message] of wrong) {
    const { code, errors } = await skein(args).ended;
    expect([code, errors.split("\n").length]).toEqual([2, 2]);
    expect(errors).toMatch(message);
  }
  expect(await skein([]).ended).toEqual({ code: 2, errors: expect.stringMatching(/^usage: skein supernode/) });
  const help = skein(["help"]);
  expect(await help.ended).toEqual({ code: 0, errors: "" });
  expect(help.log[0]).toMatchObject({ text: expect.stringMatching(/^usage: skein supernode/) });
});

test("[SU16] clients that vanish in the middle of the handshake, 50 times, do it no harm", async () => {
  const running = await supernode();
  const points: readonly VanishPoint[] = ["connected", "upgrading", "upgraded", "negotiating", "in-noise"];
  for (let round = 0; round < 50; round += 10)
    await Promise.all(
      points.flatMap((point) => [vanish(running.ports.ws, point, "reset"), vanish(running.ports.ws, point, "end")]),
    );
  const health = await fetch(`${running.url}/healthz`);
  expect(await health.json()).toMatchObject({ ok: true, connections: 0 });
  expect(await stopped(running)).toBe(0);
  expect(running.log.filter(({ event }) => event === "process.uncaught-exception")).toEqual([]);
});
