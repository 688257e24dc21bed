import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { missingForLab, thisMachine } from "../src/netns/requirements.ts";
import { twoHomes } from "../src/netns/topologies.ts";
import { meet, openHouse } from "../src/people/house.ts";
import { startProduct } from "../src/people/product.ts";
import { tryCall } from "../src/people/try-call.ts";
import { dependencies, openLab, remainsOf } from "./lab-stage.ts";

const chromium = process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium";
const page = fileURLToPath(new URL("../../web/dist/index.html", import.meta.url));
const missing = [
  ...missingForLab(thisMachine),
  ...(existsSync(chromium) ? [] : ["no Chromium"]),
  ...(existsSync(page) ? [] : ["the page is not built"]),
];
if (missing.length > 0) console.warn(`the test with people in the lab is skipped: ${missing.join("; ")}`);

describe.skipIf(missing.length > 0)("people behind gateways", () => {
  test("[LB30] two Chromiums behind two port-restricted gateways: a message, and a call that goes direct", async () => {
    const lab = await openLab(twoHomes(["port-restricted", "port-restricted"]));
    const { pageAddress, programs } = await startProduct(lab);
    const house = openHouse(lab, pageAddress, dependencies.signal);
    onTestFinished(() => house.close());
    const interruptible = process.listenerCount("SIGINT");
    const alice = await house.chromium("Alice", { host: "alice", toneHz: 1000 });
    const bob = await house.chromium("Bob", { host: "bob", toneHz: 440 });
    // Whoever removes the lab hears Ctrl-C, and nobody ends the process before.
    expect(process.listenerCount("SIGINT")).toBe(interruptible);
    await meet(alice, bob);

    await alice.say("through two gateways");
    await bob.see("through two gateways");
    await alice.see("through two gateways", "delivered", "read");
    expect(await tryCall({ caller: alice, callerHz: 1000, callee: bob, calleeHz: 440 })).toEqual({
      kind: "connected",
      path: "direct",
      pair: expect.stringMatching(/^(srflx|prflx)-(srflx|prflx)$/),
      tone: "both",
    });

    expect([...programs].map(([name, { state }]) => `${name} ${state}`)).toEqual(
      ["sn1", "sn2", "sn3", "central", "page"].map((name) => `${name} running`),
    );
    await house.close();
    await lab.down();
    expect(remainsOf(lab.id)).toEqual([]);
  }, 90_000);
});
