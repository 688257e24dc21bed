import { once } from "node:events";
import { connect } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { rawRequest } from "../test/request.ts";
import { get, type Handler, serve, type Web } from "./http.ts";
import { listening } from "./listening.ts";

async function start(...handlers: Handler[]): Promise<Web & { readonly url: string; readonly logged: string[] }> {
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });
  const web = await serve({ listen: "127.0.0.1", port: 0 }, { handlers, log });
  onTestFinished(() => web.close());
  return { ...web, url: `http://127.0.0.1:${web.port}`, logged };
}

const hello = get("/hello", () => ({ type: "text/plain", body: "hé", readers: "any-page" }));

test("[SU4] GET gives the answer, HEAD its head, and the query does not matter", async () => {
  const { url } = await start(hello);
  const given = await fetch(`${url}/hello?x=1`);
  expect(await given.text()).toBe("hé");
  expect(Object.fromEntries(given.headers)).toMatchObject({
    "content-type": "text/plain",
    "content-length": "3",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
  });
  const head = await fetch(`${url}/hello`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "3", ""]);
});

test("[SU4] what is for our own pages has no leave for others, and a status of its own is kept", async () => {
  const { url } = await start(get("/x", () => ({ type: "text/plain", body: "", status: 503, readers: "own-pages" })));
  const given = await fetch(`${url}/x`);
  expect([given.status, given.headers.get("access-control-allow-origin")]).toEqual([503, null]);
});

test("[SU4] nothing there is 404, another method 405, and the server goes on", async () => {
  const { url } = await start(hello);
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/hello/`)).status).toBe(404);
  const posted = await fetch(`${url}/hello`, { method: "POST", body: "x" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

test.each([
  ["rejects", get("/bad", () => Promise.reject(new Error("a secret path")))],
  [
    "throws",
    () => {
      throw new Error("a secret path");
    },
  ],
] as const)("[SU4] a handler that %s is 500 without details, which are in the log", async (_, handler) => {
  const { url, logged } = await start(handler);
  const given = await fetch(`${url}/bad`);
  expect([given.status, await given.text()]).toEqual([500, "failed\n"]);
  expect(logged.join("")).toMatch(/http\.failed.*a secret path/);
});

test("[SU4] requests that are no requests do not end the server", async () => {
  const { port, url } = await start(hello);
  for (const first of ["GET //[ HTTP/1.1", "GET http://%zz HTTP/1.1", "\u0001\u0002", "OPTIONS * HTTP/1.1"])
    await rawRequest(port, [first]);
  const cut = connect(port, "127.0.0.1");
  await once(cut, "connect");
  cut.write("GET /hello HT");
  cut.resetAndDestroy();
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

test("[SU14] a port in use is refused with the setting, the address and the reason", async () => {
  const { port } = await start();
  const place = { setting: "--http-port", listen: "127.0.0.1", port };
  await expect(listening(place, serve(place, { handlers: [], log: pino({ level: "silent" }) }))).rejects.toThrow(
    `--http-port ${port}: 127.0.0.1:${port} is in use already`,
  );
  const foreign = { setting: "--port", listen: "192.0.2.1", port: 0 };
  await expect(listening(foreign, serve(foreign, { handlers: [], log: pino({ level: "silent" }) }))).rejects.toThrow(
    /not one of this machine/,
  );
});
