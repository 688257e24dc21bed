import { createLive, isNetworkError } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf } from "../test/people.ts";
import type { Answer, IndexClient } from "./index-client.ts";
import { createMediaRoutes } from "./media-routes.ts";
import type { SupernodeLink } from "./supernode-link.ts";

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A link to a supernode whose relay answers with the given port, or that has none. */
function linkWith(port: number | undefined, expiresAt: number): { link: SupernodeLink; asked: string[] } {
  const asked: string[] = [];
  const index: Pick<IndexClient, "ask"> = {
    ask: async (question): Promise<Answer> => {
      asked.push(question.kind);
      if (port === undefined) throw new Error("unavailable");
      const urls = [`turn:192.0.2.1:${port}?transport=udp`];
      return { kind: "turn", id: 1, urls, username: `u${port}`, credential: "c", expiresAt };
    },
  };
  const ad = adOf();
  return { link: { supernode: ad.supernode, ad, index } as SupernodeLink, asked };
}

function stage(...ports: (number | undefined)[]) {
  const clock = createHandClock();
  const made = ports.map((port) => linkWith(port, clock.now() + HOUR_MS + (port ?? 0)));
  const links = createLive<readonly SupernodeLink[]>(made.map(({ link }) => link));
  return { clock, made, media: createMediaRoutes({ clock, links }) };
}

test("[PP35] a call gets STUN and TURN of two supernodes, relay only until it is answered", async () => {
  const { clock, made, media } = stage(1, undefined, 3, 4);
  const route = await media.route("all", signal);
  expect(route.iceServers).toEqual([
    { urls: ["stun:192.0.2.1:1", "turn:192.0.2.1:1?transport=udp"], username: "u1", credential: "c" },
    { urls: ["stun:192.0.2.1:3", "turn:192.0.2.1:3?transport=udp"], username: "u3", credential: "c" },
  ]);
  expect([route.beforeAnswer, route.afterAnswer]).toEqual(["relay", "all"]);
  expect(route.expiresAt).toBe(clock.now() + HOUR_MS + 1);
  expect(route.relays).toEqual([made[0]?.link.supernode, made[2]?.link.supernode]);
  expect(route.why).not.toBe("");
  expect((await media.route("relay", signal)).afterAnswer).toBe("relay");
});

test("[PP35] credentials are asked for again when half of their time is over, not before", async () => {
  const { clock, made, media } = stage(1);
  await media.route("all", signal);
  await clock.advance(HOUR_MS / 2 - 1_000);
  await media.route("all", signal);
  expect(made[0]?.asked.length).toBe(1);
  await clock.advance(2_000);
  await media.route("all", signal);
  expect(made[0]?.asked.length).toBe(2);
});

test("[PP35] without any relay a route is refused as offline; upgrades get STUN only, or nothing", async () => {
  const none = stage(undefined);
  const outcome = await none.media.route("all", signal).catch((error: unknown) => error);
  expect(isNetworkError(outcome, "offline")).toBe(true);
  expect(await none.media.stun(signal)).toEqual([]);
  expect(await stage(1).media.stun(signal)).toEqual([{ urls: ["stun:192.0.2.1:1"] }]);
});
