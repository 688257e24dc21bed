import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair, signAd, verifyList } from "@skein/identity";
import { createHandClock } from "@skein/testkit";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { builtPage } from "../test/page.ts";
import { temporaryFolder } from "../test/program.ts";
import { rawRequest } from "../test/request.ts";
import { serve } from "./http.ts";
import { hostPage, SUPERNODE_LIST_PATH } from "./page-host.ts";
import { serveFolder } from "./static-files.ts";

const clock = createHandClock();
const host = createKeyPair(systemRandom);

function adOf(key: KeyPair): Uint8Array {
  const addresses = ["/ip4/127.0.0.1/tcp/4001/ws"];
  return signAd({ addresses, build: "test", issuedAt: clock.now(), loadPct: 0, freeSlots: 1 }, key);
}

async function start(options: { folder?: string; central?: string; ads?: () => readonly Uint8Array[] } = {}) {
  const handlers = await hostPage(
    { pageDirectory: options.folder ?? builtPage(), central: options.central },
    { key: host, clock, ads: options.ads ?? (() => []) },
  );
  const web = await serve({ listen: "127.0.0.1", port: 0 }, { handlers, log: pino({ level: "silent" }) });
  onTestFinished(() => web.close());
  return { port: web.port, url: `http://127.0.0.1:${web.port}` };
}

async function listFrom(url: string) {
  const response = await fetch(`${url}${SUPERNODE_LIST_PATH}`);
  const list = verifyList(new Uint8Array(await response.arrayBuffer()), clock.now());
  if (!list.ok) throw new Error(list.reason);
  return list.value;
}

test("[SU5] the page is asked for anew each time, and not sent again while it is the same", async () => {
  const { url } = await start();
  for (const path of ["/", "/index.html"]) {
    const page = await fetch(`${url}${path}`);
    expect(await page.text()).toContain("<title>Skein</title>");
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": "frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
    });
    const again = await fetch(`${url}${path}`, { headers: { "if-none-match": page.headers.get("etag") ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  }
});

test("[SU5] files with a hash in their name are kept for ever, and go out compressed to those who can read it", async () => {
  const { url, port } = await start();
  const script = await fetch(`${url}/assets/main-Ab12.js`);
  expect((await script.text()).length).toBe(4_400);
  expect(Object.fromEntries(script.headers)).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    vary: "accept-encoding",
  });
  const plain = await rawRequest(port, ["GET /assets/main-Ab12.js HTTP/1.1"]);
  expect(plain).toMatch(/content-length: 4400/i);
  const head = await rawRequest(port, ["HEAD /assets/main-Ab12.js HTTP/1.1"]);
  expect(head.split("\r\n\r\n")[1]).toBe("");
});

test.each([
  "/../device.key",
  "/assets/../../device.key",
  "/..%2fdevice.key",
  "/%2e%2e/device.key",
  "/assets/..%5c..%5cdevice.key",
  "//device.key",
  "/.vite/manifest.json",
  "/assets",
  "/assets/",
  "/%00",
  "/nothing.js",
])("[SU5] %j is 404: nothing outside the folder and nothing hidden", async (path) => {
  const { port } = await start();
  const answer = await rawRequest(port, [`GET ${path} HTTP/1.1`]);
  expect(answer).toMatch(/^HTTP\/1.1 404/);
  expect(answer).not.toContain("secret");
});

test("[SU5] odd ranges and files that went away meanwhile do no harm", async () => {
  const folder = builtPage();
  const { port, url } = await start({ folder });
  rmSync(join(folder, "favicon.svg"));
  expect(await (await fetch(`${url}/favicon.svg`)).text()).toBe("<svg/>");
  for (const range of ["bytes=10-5", "bytes=-1", "bytes=99999999-", "bytes=a-b"])
    expect(await rawRequest(port, ["GET / HTTP/1.1", `Range: ${range}`])).toMatch(/^HTTP\/1.1 200/);
});

test("[SU5] a folder without a page is a wrong setting that says what to do", async () => {
  const empty = temporaryFolder();
  await expect(serveFolder(empty)).rejects.toThrow(/no page there; build it first/);
  await expect(serveFolder(join(empty, "nowhere"))).rejects.toThrow(/no page there/);
  writeFileSync(join(empty, "index.html"), "");
  await expect(serveFolder(`${empty}/`)).resolves.toBeTypeOf("function");
});

test("[SU6] the list is signed by the host, holds the ads in their order, and names the central server if there is one", async () => {
  const [own, other] = [createKeyPair(systemRandom), createKeyPair(systemRandom)];
  const ads = [adOf(own), adOf(other)];
  const { url } = await start({ ads: () => ads, central: "wss://central.example" });
  const list = await listFrom(url);
  expect(list.ads.map(({ bytes }) => bytes)).toEqual(ads);
  expect(list.central).toBe("wss://central.example");
  expect((await listFrom((await start()).url)).host).toBe(list.host);
  expect((await listFrom((await start()).url)).central).toBeUndefined();
});

test("[SU6] one signature serves a second of requests, then the list is made anew", async () => {
  let made = 0;
  const { url } = await start({
    ads() {
      made += 1;
      return [];
    },
  });
  const first = await listFrom(url);
  expect((await listFrom(url)).bytes).toEqual(first.bytes);
  expect(made).toBe(1);
  await clock.advance(1_000);
  expect((await listFrom(url)).expiresAt).toBe(first.expiresAt + 1_000);
  expect(made).toBe(2);
});
