import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "@skein/core";
import { expect, onTestFinished, test } from "vitest";
import {
  type LocalNetwork,
  type LocalNetworkOptions,
  type NetworkNews,
  StartupError,
  startLocalNetwork,
} from "./local-network.ts";
import type { Service } from "./services.ts";

const TINY = fileURLToPath(new URL("fixtures/tiny-service.mjs", import.meta.url));

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function tiny(name: string, manner: string, stage = 1): Promise<Service> {
  const port = await freePort();
  return { name, label: name, stage, args: [TINY, `${port}`, manner], healthUrl: `http://127.0.0.1:${port}/healthz` };
}

/** A log of news that a test can await. */
function newsroom() {
  const all: NetworkNews[] = [];
  let heard = Promise.withResolvers<void>();
  return {
    all,
    tell(news: NetworkNews): void {
      all.push(news);
      heard.resolve();
      heard = Promise.withResolvers();
    },
    /** The `nth` news of a kind about a service, waited for. */
    async next<Kind extends NetworkNews["kind"]>(
      kind: Kind,
      name: string,
      nth = 1,
    ): Promise<NetworkNews & { kind: Kind }> {
      for (;;) {
        const found = all.filter((news) => news.kind === kind && news.service.name === name)[nth - 1];
        if (found) return found as NetworkNews & { kind: Kind };
        await heard.promise;
      }
    },
  };
}

function place(): { cwd: string; logDir: string } {
  const cwd = mkdtempSync(join(tmpdir(), "skein-local-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  return { cwd, logDir: join(cwd, "log") };
}

const quickRestarts = { maxRestarts: 2, windowMs: 60_000, firstWaitMs: 1, maxWaitMs: 1 };

async function start(services: readonly Service[], more: Partial<LocalNetworkOptions> = {}, ctrlC?: AbortController) {
  const news = newsroom();
  const signal = (ctrlC ?? new AbortController()).signal;
  const options = { services, ...place(), restarts: quickRestarts, ...more };
  const network: LocalNetwork = await startLocalNetwork(options, { clock: systemClock, tell: news.tell, signal });
  onTestFinished(() => network.stop());
  return { network, news, options };
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("services come up stage by stage, and stop ends every one of them", async () => {
  const services = [await tiny("page", "steady", 2), await tiny("one", "steady"), await tiny("two", "steady")];
  const { network, news } = await start(services);
  expect(news.all.map(({ kind }) => kind)).toEqual(["healthy", "healthy", "healthy"]);
  expect(news.all.at(-1)?.service.name).toBe("page");
  const pids = await Promise.all(services.map(async ({ name }) => (await news.next("healthy", name)).pid));
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  await network.stop();
  await network.allEnded;
  expect(pids.map(isAlive)).toEqual([false, false, false]);
  expect(news.all).toHaveLength(3);
});

test("a killed service is started again while the others run on untouched", async () => {
  const { news } = await start([await tiny("one", "steady"), await tiny("two", "steady")]);
  const before = await news.next("healthy", "one");
  process.kill(before.pid ?? 0, "SIGKILL");
  expect((await news.next("ended", "one")).how).toBe("killed by SIGKILL");
  const after = await news.next("healthy", "one", 2);
  expect(after.pid).not.toBe(before.pid);
  expect(news.all.filter(({ service }) => service.name === "two").map(({ kind }) => kind)).toEqual(["healthy"]);
  expect(isAlive((await news.next("healthy", "two")).pid)).toBe(true);
});

test("a service that keeps ending is given up with its last words, and the rest runs on", async () => {
  const frail = await tiny("frail", "frail");
  const { news, options } = await start([frail, await tiny("two", "steady")]);
  for (const life of [1, 2, 3]) {
    await news.next("healthy", "frail", life);
    await fetch(frail.healthUrl.replace("healthz", "end")).catch(() => {});
    const ended = await news.next("ended", "frail", life);
    expect(ended.how).toBe("exit code 4");
    expect(ended.lastLines.at(-1)).toBe("the disk has gone");
  }
  await news.next("given-up", "frail");
  expect(isAlive((await news.next("healthy", "two")).pid)).toBe(true);
  expect(readFileSync(join(options.logDir, "frail.log"), "utf8")).toContain("the disk has gone");
});

test("a service that does not come up is named with its last words, and everything else is stopped", async () => {
  const news = newsroom();
  const services = [await tiny("one", "steady"), await tiny("broken", "broken", 2)];
  const starting = startLocalNetwork(
    { services, ...place() },
    { clock: systemClock, tell: news.tell, signal: new AbortController().signal },
  );
  const error = await starting.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartupError);
  expect((error as StartupError).message).toBe("broken did not come up: exit code 3");
  expect((error as StartupError).lastLines.toSorted()).toEqual([
    "reading the configuration",
    "the configuration is missing",
  ]);
  expect(isAlive((await news.next("healthy", "one")).pid)).toBe(false);
});

test("a service that never becomes healthy is given until the deadline", async () => {
  const starting = start([await tiny("mute", "mute")], { healthDeadlineMs: 200 });
  await expect(starting).rejects.toThrow(/mute did not come up: no answer from .* in 0\.2 s/);
});

test("a service that ignores SIGTERM is killed at the deadline", async () => {
  const { network, news, options } = await start([await tiny("deaf", "deaf")], { stopDeadlineMs: 200 });
  const { pid } = await news.next("healthy", "deaf");
  await network.stop();
  expect(isAlive(pid)).toBe(false);
  expect(readFileSync(join(options.logDir, "deaf.log"), "utf8")).toContain("asked to end");
});

test("an extra that does not come up keeps nobody waiting and is given up, and the others run on", async () => {
  const extra: Service = { ...(await tiny("frail", "broken", 2)), need: "extra" };
  const { network, news } = await start([await tiny("one", "steady"), extra], {
    ...place(),
    restarts: { ...quickRestarts, maxRestarts: 1 },
  });
  const { pid } = await news.next("healthy", "one");
  await news.next("given-up", "frail");
  expect(isAlive(pid)).toBe(true);
  await network.stop();
  expect(isAlive(pid)).toBe(false);
});

test("Ctrl-C while starting stops what had started, and is no failure of a service", async () => {
  const ctrlC = new AbortController();
  const news = newsroom();
  const services = [await tiny("one", "steady"), await tiny("mute", "mute", 2)];
  const starting = startLocalNetwork(
    { services, ...place() },
    { clock: systemClock, tell: news.tell, signal: ctrlC.signal },
  );
  const { pid } = await news.next("healthy", "one");
  ctrlC.abort(new Error("Ctrl-C"));
  await expect(starting).rejects.toThrow("Ctrl-C");
  expect(isAlive(pid)).toBe(false);
});

test("the log of the run before is kept beside the new one", async () => {
  const service = await tiny("one", "frail");
  const where = place();
  for (const _run of [1, 2]) {
    const { network, news } = await start([service], { ...where, restarts: { ...quickRestarts, maxRestarts: 0 } });
    await fetch(service.healthUrl.replace("healthz", "end")).catch(() => {});
    await news.next("given-up", "one");
    await network.stop();
  }
  expect(existsSync(join(where.logDir, "one.log.old"))).toBe(true);
});
