import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { StatusView } from "../src/status/status-view.ts";
import { freePorts } from "./ports.ts";
import { skein, temporaryFolder } from "./program.ts";
import { type Running, stopped, supernode } from "./running.ts";

/** A laboratory's seconds instead of hours; the machine under the tests may be busy with others. */
const LAB = ["--tuning", "lab", "--resources", "assumed", "--reachability", "declared"];

/** Each of these runs several real processes. */
const PATIENCE_MS = 90_000;

async function statusOf({ url }: Pick<Running, "url">): Promise<StatusView> {
  return (await (await fetch(`${url}/status.json`)).json()) as StatusView;
}

function becomes(running: Running, role: StatusView["role"]): Promise<StatusView> {
  return vi.waitFor(
    async () => {
      const status = await statusOf(running);
      expect(status.role).toBe(role);
      return status;
    },
    { timeout: 60_000, interval: 200 },
  );
}

async function asked(url: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const program = skein(["supernode", "status", "--at", url]);
  const { code, errors } = await program.ended;
  return { code, text: `${program.log.map(({ text }) => text).join("\n")}${errors}` };
}

test("[SU17] [SU24] a node of role auto on loopback elects itself, and says so everywhere", {
  timeout: PATIENCE_MS,
}, async () => {
  const node = await supernode(["--role", "auto", ...LAB]);
  const status = await becomes(node, "serving");
  expect(status).toMatchObject({ setting: "auto", slots: 400, sentence: expect.stringMatching(/^It elected itself/) });
  expect(status.decisions.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["opened to leaves", "promoted: announced, closed to leaves"]),
  );
  expect(await (await fetch(`${node.url}/healthz`)).json()).toMatchObject({ ok: true, phase: "serving" });
  expect((await fetch(`${node.url}/ad`)).status).toBe(200);
  const { code, text } = await asked(node.url);
  expect(code).toBe(0);
  for (const line of [/^serving \(role auto\)/m, /✓ {2}WebSocket port {2,}reachable/, /^leaves 0 of 400 slots/m])
    expect(text).toMatch(line);
  expect(await stopped(node)).toBe(0);
  expect((await asked(node.url)).code).toBe(1);
});

test("[SU17] [SU24] [SU26] a node of role never serves nobody and has no ad", { timeout: PATIENCE_MS }, async () => {
  const node = await supernode(["--role", "never", ...LAB]);
  const ad = await fetch(`${node.url}/ad`);
  expect([ad.status, await ad.text()]).toEqual([503, "it does not serve now\n"]);
  const health = await fetch(`${node.url}/healthz`);
  expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ ok: true, phase: "idle" })]);
  const { code, text } = await asked(node.url);
  expect([code, text]).toEqual([3, expect.stringMatching(/✗ {2}Operator's role {2,}never {2,}is not never/)]);
  await stopped(node);
});

test("[SU17] a pinned node serves from the moment it is up, with the operator's number of leaves", {
  timeout: PATIENCE_MS,
}, async () => {
  const node = await supernode(["--max-reservations", "7"]);
  expect(await statusOf(node)).toMatchObject({
    role: "serving",
    setting: "always",
    slots: 7,
    sentence: "It serves because its operator pinned it.",
  });
  await stopped(node);
});

test("[SU23] what-if asks the machine of the daemon, takes GET only and says what it cannot be asked", {
  timeout: PATIENCE_MS,
}, async () => {
  const node = await supernode(["--role", "auto", "--resources", "assumed", "--reachability", "declared"]);
  const ask = async (query: string): Promise<unknown> => (await fetch(`${node.url}/what-if?${query}`)).json();
  expect(await ask("")).toMatchObject({ outcome: "unfit", sentence: expect.stringMatching(/expected uptime/) });
  expect(await ask("uptimeHours=8&ports=reachable&cellLoadPct=40")).toMatchObject({ outcome: "not-needed" });
  expect(await ask("uptimeHours=8&ports=reachable&missing=2&turn=now")).toMatchObject({ outcome: "elected" });
  expect((await statusOf(node)).role).toBe("leaf");
  const wrong = await fetch(`${node.url}/what-if?missing=99`);
  expect([wrong.status, await wrong.json()]).toEqual([400, { fault: expect.stringMatching(/^missing: /) }]);
  const [posted] = await once(request(`${node.url}/what-if?missing=2`, { method: "POST" }).end(), "response");
  expect(posted.statusCode).toBe(405);
  await stopped(node);
});

test("[SU25] the figures of the election are metrics", { timeout: PATIENCE_MS }, async () => {
  const node = await supernode(["--role", "auto", "--reachability", "declared", "--monthly-gb", "1.5"]);
  const text = await (await fetch(`${node.url}/metrics`)).text();
  for (const line of [
    'skein_election_role{role="leaf"} 1',
    'skein_election_role{role="serving"} 0',
    'skein_election_reason_threshold{about="monthly-traffic",unit="GB",rule="below"} 1.5',
    'skein_election_reason_failing{about="expected-uptime"} 1',
    'skein_election_reason_failing{about="ws-port"} 0',
    'skein_build_info{build="skein-0.2.0"} 1',
    "skein_slots 0",
    "skein_traffic_month_gigabytes 0",
  ])
    expect(text).toContain(`\n${line}\n`);
  expect(text).toMatch(/\nskein_election_verdict_age_seconds\{port="udp"\} \d/);
  expect(text).not.toMatch(/skein_\w+(\{.*\})? undefined/);
  await stopped(node);
});

test("[SU21] a notice is posted, shown and remembered; a revoked build does not serve", {
  timeout: PATIENCE_MS,
}, async () => {
  const folder = temporaryFolder();
  const [key, notice] = [join(folder, "key"), join(folder, "notice")];
  const made = skein(["notice", "key", "--key", key]);
  expect((await made.ended).code).toBe(0);
  const operator = /operator key (\w+)/.exec(String(made.log.at(-1)?.text))?.[1] ?? "";
  const signing = ["notice", "sign", "--key", key, "--out", notice, "--sequence", "5"];
  expect((await skein([...signing, "--revoked", "skein-0.3.0+bad", "--proven", "skein-0.2.0"]).ended).code).toBe(0);
  const managed = ["--operator-key", operator, ...LAB];
  const ports = await freePorts();
  const bad = await supernode([...managed, "--notice", notice, "--build", "skein-0.3.0+bad"], { ports });
  expect(await bad.logged("election.notice")).toMatchObject({ level: 30, sequence: 5, election: "open" });
  expect(await statusOf(bad)).toMatchObject({
    role: "leaf",
    sentence: "Not fit to serve: build revoked (must be not revoked).",
    notice: { kind: "notice", sequence: 5, revokedBuilds: ["skein-0.3.0+bad"], lapsed: false },
  });
  await stopped(bad);
  const again = await supernode(managed, { data: bad.data, ports });
  expect(await statusOf(again)).toMatchObject({ role: "serving", notice: { kind: "notice", sequence: 5 } });
  await stopped(again);
  const stranger = skein([
    ...["supernode", "--data", temporaryFolder()],
    "--operator-key",
    "ab".repeat(32),
    "--notice",
    notice,
  ]);
  expect(await stranger.ended).toEqual({
    code: 2,
    errors: `skein: --notice ${notice}: version-notice: not signed by our operator\n`,
  });
});
