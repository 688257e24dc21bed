/**
 * One program of the index benchmark, in a host of its own: a supernode, a crowd of people, the one who looks for them, or
 * a plain client of the DHT. It does what `netns/scenarios/index-lookup.ts` tells it.
 *
 * @module
 */
import { flushCompileCache } from "node:module";
import process from "node:process";
import { isId, type UserId } from "@skein/core";
import { createCrowd } from "./index-bench/crowd.ts";
import type { Order, Reply } from "./index-bench/messages.ts";
import { createPlainClient, type PlainClient } from "./index-bench/plain-client.ts";
import { createSeeker, type Seeker } from "./index-bench/seeker.ts";
import { createServing, type Serving } from "./index-bench/serving.ts";

type Role =
  | { readonly kind: "none" }
  | { readonly kind: "serving"; readonly as: Serving }
  | { readonly kind: "seeking"; readonly as: Seeker | PlainClient }
  | { readonly kind: "crowd"; readonly stop: () => Promise<void> };

let role: Role = { kind: "none" };

async function leave(): Promise<void> {
  const before = role;
  role = { kind: "none" };
  if (before.kind === "crowd") await before.stop();
  else if (before.kind !== "none") await before.as.stop();
}

async function obey(order: Order): Promise<Reply> {
  switch (order.kind) {
    case "serve": {
      await leave();
      const as = await createServing(order);
      role = { kind: "serving", as };
      return { kind: "serving", ad: as.ad() };
    }
    case "populate": {
      const { people, stop } = await createCrowd(order);
      role = { kind: "crowd", stop };
      return { kind: "people", people };
    }
    case "join":
      role = { kind: "seeking", as: await createSeeker(order.ads) };
      return { kind: "done" };
    case "join-dht":
      role = { kind: "seeking", as: await createPlainClient(order.ads) };
      return { kind: "done" };
    case "status":
      if (role.kind !== "serving") throw new Error("it is no supernode");
      return { kind: "figures", figures: role.as.figures() };
    case "find":
      if (role.kind !== "seeking" || !isId(order.user)) throw new Error("it looks for nobody");
      return { kind: "found", ...(await role.as.find(order.user as UserId, order.device)) };
    case "trip": {
      const tripMs = role.kind === "seeking" && "trip" in role.as ? await role.as.trip() : undefined;
      return { kind: "trip", ...(tripMs === undefined ? {} : { tripMs }) };
    }
    case "leave":
      await leave();
      return { kind: "done" };
  }
}

process.on("message", (order: Order) => {
  obey(order)
    .catch((error: unknown): Reply => ({ kind: "failed", reason: String(error) }))
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
process.on("disconnect", () => process.exit(0));
// A stream that is reset while a role ends rejects where nobody listens; the figures do not depend on it.
process.on("unhandledRejection", () => {});
flushCompileCache();
process.send?.({ kind: "done" } satisfies Reply);
