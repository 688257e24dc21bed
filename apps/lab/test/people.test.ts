import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { missingForLab, thisMachine } from "../src/netns/requirements.ts";
import { twoHomes } from "../src/netns/topologies.ts";
import { meet, openHouse } from "../src/people/house.ts";
import { startProduct } from "../src/people/product.ts";
import { tryCall } from "../src/people/try-call.ts";
import { seen } from "../src/stage/time-call.ts";
import { dependencies, openLab, remainsOf } from "./lab-stage.ts";

const chromium = process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium";
const firefox = process.env.SKEIN_FIREFOX ?? "/usr/bin/firefox-esr";
const page = fileURLToPath(new URL("../../web/dist/index.html", import.meta.url));
const missing = [
  ...missingForLab(thisMachine),
  ...(existsSync(chromium) ? [] : ["no Chromium"]),
  ...(existsSync(page) ? [] : ["the page is not built"]),
];
const missingForFirefox = [...missing, ...(existsSync(firefox) ? [] : ["no Firefox"])];
if (missing.length > 0) console.warn(`the tests with people in the lab are skipped: ${missing.join("; ")}`);
else if (missingForFirefox.length > 0)
  console.warn(`the test with Firefox is skipped: ${missingForFirefox.join("; ")}`);

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
  }, 150_000);

  test.skipIf(missingForFirefox.length > 0)(
    "[LB31] a Chromium and a Firefox: messages and a call in each mode, each hears the other's tone",
    async () => {
      const lab = await openLab(twoHomes(["port-restricted", "port-restricted"]));
      const { pageAddress } = await startProduct(lab);
      const house = openHouse(lab, pageAddress, dependencies.signal);
      onTestFinished(() => house.close());
      const interruptible = process.listenerCount("SIGINT");
      const [alice, bob] = await Promise.all([
        house.chromium("Alice", { host: "alice", toneHz: 1000 }),
        house.firefox("Bob", { host: "bob", toneHz: 440 }),
      ]);
      expect(process.listenerCount("SIGINT")).toBe(interruptible);
      await meet(alice, bob);

      // Both come back as contacts, and Chromium speaks first: it opens the direct connection, which Firefox takes.
      await Promise.all([alice.arrive(), bob.arrive()]);
      await Promise.all([alice.online("p2p"), bob.online("p2p")]);
      await Promise.all([alice.open("Bob"), bob.open("Alice")]);
      await alice.seePresence("Bob", "online");
      await alice.say("from Chromium");
      expect(await seen(alice, "net.upgrade", 0)).toMatchObject({ outcome: "direct" });
      await bob.see("from Chromium");

      for (const [mode, path] of [
        ["p2p", "direct"],
        ["central", "central"],
      ] as const) {
        await Promise.all([alice.switchTo(mode), bob.switchTo(mode)]);
        await Promise.all([alice.seePresence("Bob", "online"), bob.seePresence("Alice", "online")]);
        await bob.say(`from Firefox by ${mode}`);
        await alice.see(`from Firefox by ${mode}`);
        await bob.see(`from Firefox by ${mode}`, "delivered", "read");
        expect(await tryCall({ caller: alice, callerHz: 1000, callee: bob, calleeHz: 440 })).toEqual({
          kind: "connected",
          path,
          pair: expect.stringMatching(mode === "p2p" ? /^(srflx|prflx)-(srflx|prflx)$/ : /^relay-relay$/),
          tone: "both",
        });
      }

      await house.close();
      await lab.down();
      expect(remainsOf(lab.id)).toEqual([]);
    },
    180_000,
  );
});
