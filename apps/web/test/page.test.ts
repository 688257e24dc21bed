import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Command } from "@skein/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {} from "./demo.tsx";
import { bob, demoUser } from "./demo-people.ts";
import { demoScenes } from "./demo-scenes.ts";
import { type DemoStage, openDemoStage } from "./demo-server.ts";

/** The page in a real browser, scene by scene, with nobody behind it. */

let stage: DemoStage;
let axe: string;

beforeAll(async () => {
  [stage, axe] = await Promise.all([
    openDemoStage(),
    readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  ]);
}, 60_000);
afterAll(() => stage.close());

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };

/** A fresh page; every fault it reports fails the test that made it. */
async function withPage(
  act: (page: Page) => Promise<void>,
  options: Parameters<DemoStage["browser"]["newPage"]>[0] = {},
): Promise<void> {
  const page = await stage.browser.newPage({ viewport: WIDE, reducedMotion: "reduce", ...options });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.setDefaultTimeout(10_000);
  try {
    await act(page);
    expect(faults).toEqual([]);
  } finally {
    await page.close();
  }
}

const commands = (page: Page): Promise<readonly Command[]> => page.evaluate(() => demo.session?.commands ?? []);
const hook = (page: Page, id: string) => page.getByTestId(id);

/** What axe finds: everything, or only what depends on the colours. */
async function axeFaults(page: Page, rules: "all" | "colours"): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (wanted) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations, passes } = await axe.run(document, {
      runOnly: wanted === "all" ? { type: "tag", values: tags } : { type: "rule", values: ["color-contrast"] },
    });
    if (passes.length === 0) return ["axe judged nothing"];
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  }, rules);
}

describe("every scene", () => {
  for (const scene of Object.keys(demoScenes)) {
    test(`[WB60] ${scene}: axe finds no fault, light and dark`, () =>
      withPage(async (page) => {
        await stage.show(page, scene);
        expect(await axeFaults(page, "all")).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await axeFaults(page, "colours")).toEqual([]);
      }));
  }

  test.each(["onboarding", "list", "chat", "connected", "ended"])(
    "[WB60] %s: axe finds no fault on a narrow page",
    (scene) =>
      withPage(
        async (page) => {
          await stage.show(page, scene);
          expect(await axeFaults(page, "all")).toEqual([]);
        },
        { viewport: NARROW },
      ),
  );

  test("[WB61] nothing sticks out sideways at 360 px", { timeout: 60_000 }, () =>
    withPage(
      async (page) => {
        for (const scene of Object.keys(demoScenes)) {
          await stage.show(page, scene);
          const wide = await page.evaluate(() =>
            [...document.querySelectorAll("body *")]
              .filter((element) => element.closest(".sr-only, svg") === null)
              .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
              .map((element) => element.className),
          );
          expect([scene, wide]).toEqual([scene, []]);
        }
      },
      { viewport: { width: 360, height: 740 } },
    ),
  );
});

describe("where the page stands", () => {
  test("[WB3] [WB62] by an insecure origin the real page says what is missing and what helps, under its policy", () =>
    withPage(async (page) => {
      await page.goto(stage.insecureAddress);
      await page.getByRole("heading", { name: "This address is not secure" }).waitFor();
      const text = await page.locator("main").textContent();
      for (const word of ["no microphone", "no key storage", "no tab locking", "https://", "localhost"])
        expect(text).toContain(word);
      expect(await axeFaults(page, "all")).toEqual([]);
    }));

  test("[WB4] without WebRTC the real page says so", () =>
    withPage(async (page) => {
      await page.addInitScript("delete globalThis.RTCPeerConnection");
      await page.goto(stage.address);
      await page.getByRole("heading", { name: "This browser has no WebRTC" }).waitFor();
    }));

  test("[WB1] a name that cannot be a profile gets a page of its own", () =>
    withPage(async (page) => {
      await page.goto(`${stage.address}?profile=../x`);
      await page.getByRole("heading", { name: "This is not a profile name" }).waitFor();
    }));

  test("[WB5] a new person gives a name; nothing and a refusal are answered in place", () =>
    withPage(async (page) => {
      await stage.show(page, "onboarding-fault");
      await hook(page, "start").click();
      await page.getByText("Give a name first").waitFor();
      await hook(page, "name-input").fill("Alice");
      await page.keyboard.press("Enter");
      await page.getByText("The browser refuses to store keys here.").waitFor();
      expect(await hook(page, "name-input").inputValue()).toBe("Alice");
    }));

  test("[WB6] an opened contact link names its person and adds nobody before the question is answered", () =>
    withPage(async (page) => {
      await stage.show(page, "add-link");
      await page.getByRole("dialog", { name: "Add Bob?" }).waitFor();
      expect(await commands(page)).toEqual([]);
      await hook(page, "confirm-add").click();
      await hook(page, "message-input").waitFor();
      expect((await commands(page)).map(({ kind }) => kind)).toContain("add-contact");
    }));

  test("[WB6] a broken contact link says so and adds nobody", () =>
    withPage(async (page) => {
      await stage.show(page, "add-broken-link");
      await page.getByText("This contact link is damaged").waitFor();
      await page.getByRole("button", { name: "OK" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await commands(page)).toEqual([]);
    }));

  test("[WB12] a follower says that it follows, and a lost leader is said", () =>
    withPage(async (page) => {
      await stage.show(page, "follower");
      await page.getByText("Skein is open in another tab; this one follows it.").waitFor();
      await stage.show(page, "lost");
      await page.getByText("Taking over…").waitFor();
    }));
});

describe("contacts and network", () => {
  test("[WB20] the hooks of the main screen carry what they promise", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      expect(await hook(page, "contact-Bob").getAttribute("data-presence")).toBe("online");
      expect(await hook(page, "contact-Carla Mendes").getAttribute("data-presence")).toBe("away");
      expect(await hook(page, "contact-Dmitri").getAttribute("data-presence")).toBe("offline");
      expect(await hook(page, "my-link").textContent()).toBe(
        await page.evaluate(() => demo.session?.state.value.me.link),
      );
      expect(await hook(page, "safety-number").textContent()).toBe(bob.safetyNumber);
      expect(await hook(page, "message").count()).toBe(9);
      expect(await hook(page, "message").last().getAttribute("data-state")).toBe("sent");
      for (const id of ["add-contact-input", "add-contact", "message-input", "send", "call"]) {
        expect([id, await hook(page, id).count()]).toEqual([id, 1]);
      }
    }));

  test("[WB23] one click flips the mode; where there is no other mode nothing happens", () =>
    withPage(async (page) => {
      await stage.show(page, "list");
      await hook(page, "mode-switch").click();
      await page.locator('[data-testid="mode-switch"][data-mode="central"]').waitFor();
      await page.evaluate(() => {
        const live = demo.session?.state;
        live?.set({ ...live.value, modes: ["central"] });
      });
      await page.getByText("This host offers Central only.").waitFor();
      await hook(page, "mode-switch").click({ force: true });
      expect((await commands(page)).filter(({ kind }) => kind === "choose-mode")).toHaveLength(1);
    }));

  test("[WB24] a request is accepted, declined or blocked", () =>
    withPage(async (page) => {
      for (const [button, kind] of [
        ["Accept Noor", "accept-request"],
        ["Decline Noor", "decline-request"],
        ["Block Noor", "block"],
      ] as const) {
        await stage.show(page, "requests");
        await page.getByRole("button", { name: button }).click();
        expect(await commands(page)).toEqual([{ kind, user: demoUser(8) }]);
      }
    }));

  test("[WB25] a link that cannot be added stays, with the reason", () =>
    withPage(async (page) => {
      await stage.show(page, "empty");
      await page.evaluate(() => demo.session?.refuse("add-contact", "This is not a contact link."));
      await hook(page, "add-contact-input").fill("nonsense");
      await hook(page, "add-contact").click();
      await page.getByText("This is not a contact link.").waitFor();
      expect(await hook(page, "add-contact-input").inputValue()).toBe("nonsense");
    }));

  test("[WB26] a dialog gives the focus back to where it was", () =>
    withPage(async (page) => {
      await stage.show(page, "settings");
      await page.getByRole("dialog", { name: "Settings" }).waitFor();
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Settings");
    }));

  test("[WB26] blocking is asked first, by keyboard too", () =>
    withPage(async (page) => {
      await stage.show(page, "confirm-block");
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      expect(await commands(page)).toEqual([]);
      await page.getByRole("button", { name: "Block", exact: true }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Block" }).click();
      await hook(page, "contact-Bob").waitFor({ state: "detached" });
      expect(await commands(page)).toEqual([{ kind: "block", user: bob.user }]);
    }));

  test("[WB20] my link is a QR code on demand", () =>
    withPage(async (page) => {
      await stage.show(page, "qr");
      const path = page.getByRole("img", { name: "QR code of my contact link" }).locator("path");
      expect((await path.getAttribute("d"))?.length).toBeGreaterThan(1_000);
    }));
});

describe("conversation", () => {
  test("[WB36] Enter sends, Shift+Enter starts a line, and a text under way clears the field once", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").pressSequentially("one");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("two");
      await page.keyboard.press("Enter");
      await page.getByText("one\ntwo").waitFor();
      expect(await hook(page, "message-input").inputValue()).toBe("");
      expect(await commands(page)).toEqual([{ kind: "send", user: bob.user, body: "one\ntwo" }]);
    }));

  test("[WB36] Enter while a character is composed belongs to the input method", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").fill("ni");
      await hook(page, "message-input").evaluate((field) =>
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })),
      );
      expect(await commands(page)).toEqual([]);
    }));

  test("[WB32] a megabyte of text is refused here, and stays", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").fill("x".repeat(1_000_000));
      await hook(page, "send").click();
      await page.getByText("984,000 characters too long").waitFor();
      expect((await hook(page, "message-input").inputValue()).length).toBe(1_000_000);
      expect(await commands(page)).toEqual([]);
    }));

  test("[WB33] a refused text comes back with the reason", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await page.evaluate(() => demo.session?.refuse("send", "This profile is full."));
      await hook(page, "message-input").fill("hello");
      await hook(page, "send").click();
      await page.getByText("This profile is full.").waitFor();
      expect(await hook(page, "message-input").inputValue()).toBe("hello");
    }));

  test("[WB34] a link in a message opens apart and without a referrer", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      const link = page.getByRole("link", { name: "https://example.org/concert?night=friday" });
      expect(await link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
      expect(await link.getAttribute("target")).toBe("_blank");
    }));

  test("[WB35] an unread conversation is marked read when it is opened, and not in a hidden page", () =>
    withPage(async (page) => {
      await stage.show(page, "list");
      await page.evaluate(() =>
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }),
      );
      await hook(page, "contact-Carla Mendes").click();
      await hook(page, "message-input").waitFor();
      expect(await commands(page)).toEqual([]);
      await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await page.waitForFunction(() => demo.session?.commands.length === 1);
      expect(await commands(page)).toEqual([{ kind: "mark-read", user: demoUser(3) }]);
    }));

  test("[WB27] the newest message is in sight, a new one too, and each stands once", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await page.evaluate((user) => {
        const session = demo.session;
        if (session === undefined) return;
        const { messages } = session.conversation(user).value;
        const last = { id: "new", mine: false, body: "the newest", sentAt: Date.now(), state: "delivered" } as const;
        session.say(user, { history: "more", messages: [...messages, last] });
      }, bob.user);
      const newest = hook(page, "message").filter({ hasText: "the newest" });
      await newest.waitFor();
      expect(await newest.count()).toBe(1);
      const gap = await page
        .locator(".messages")
        .evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
      expect(gap).toBeLessThan(2);
    }));

  test("[WB27] older messages load above without moving what is read", () =>
    withPage(
      async (page) => {
        await stage.show(page, "chat");
        await page.locator(".messages").evaluate((box) => {
          box.scrollTop = 0;
        });
        const first = hook(page, "message").filter({ hasText: "Did you get the tickets?" });
        const before = (await first.boundingBox())?.y ?? 0;
        await page.evaluate((user) => {
          const session = demo.session;
          if (session === undefined) return;
          const { messages } = session.conversation(user).value;
          const start = messages[0]?.sentAt ?? 0;
          const older = Array.from({ length: 30 }, (_, index) => ({
            id: `old${index}`,
            mine: false,
            body: `older ${index}`,
            sentAt: start - (30 - index) * 1_000,
            state: "read" as const,
          }));
          session.say(user, { history: "more", messages: [...older, ...messages] });
        }, bob.user);
        await hook(page, "message").filter({ hasText: "older 29" }).waitFor();
        const after = (await first.boundingBox())?.y ?? 0;
        // The day's heading moves up to the oldest message: that much may change, not a screen.
        expect(Math.abs(after - before)).toBeLessThan(90);
      },
      { viewport: { width: 1280, height: 500 } },
    ));
});

describe("calls", () => {
  const call = (page: Page) => hook(page, "call-screen");

  test("[WB40] the call screen is always there, hidden while idle, with the buttons of its state", () =>
    withPage(async (page) => {
      const expected: Readonly<Record<string, readonly [string, string | null, readonly string[]]>> = {
        chat: ["idle", null, []],
        "ringing-in": ["ringing-in", "relayed", ["answer", "decline"]],
        "ringing-out": ["ringing-out", null, ["hangup"]],
        connecting: ["connecting", "relayed", ["hangup"]],
        connected: ["connected", "relayed", ["hangup", "mute"]],
        "connected-direct": ["connected", "direct", ["hangup", "mute"]],
        "connected-central": ["connected", "central", ["hangup", "mute"]],
        ended: ["ended", null, []],
      };
      for (const [scene, [state, path, buttons]] of Object.entries(expected)) {
        await stage.show(page, scene);
        const found = await call(page).evaluate((screen) => ({
          state: screen.getAttribute("data-state"),
          path: screen.getAttribute("data-path"),
          hidden: getComputedStyle(screen).display === "none",
          buttons: [...screen.querySelectorAll("[data-testid]")]
            .map((button) => button.getAttribute("data-testid"))
            .sort(),
        }));
        expect([scene, found]).toEqual([
          scene,
          { state, path, hidden: state === "idle", buttons: [...buttons].sort() },
        ]);
      }
    }));

  test("[WB40] answer, mute, hang up and close ask for just that", () =>
    withPage(async (page) => {
      await stage.show(page, "ringing-in");
      await hook(page, "answer").click();
      await hook(page, "mute").click();
      await page.locator('[data-testid="mute"][aria-pressed="true"]').waitFor();
      await hook(page, "hangup").click();
      await page.getByText("You hung up.").first().waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      await page.locator('[data-testid="call-screen"][data-state="idle"]').waitFor({ state: "attached" });
      expect((await commands(page)).map(({ kind }) => kind)).toEqual(["answer", "mute", "hang-up", "dismiss-call"]);
    }));

  test("[WB41] the duration ticks", () =>
    withPage(async (page) => {
      await stage.show(page, "connected");
      const shown = await call(page).locator(".ticking").textContent();
      await page.waitForFunction(
        (before) => document.querySelector<HTMLElement>(".ticking")?.textContent !== before,
        shown,
      );
    }));

  test("[WB43] a call coming in closes dialogs and takes the focus, and no key in that moment answers", () =>
    withPage(async (page) => {
      await stage.show(page, "settings");
      await ring(page);
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.waitForFunction(() => document.activeElement?.closest("[data-testid=call-screen]") !== null);
      expect(await page.getByRole("alert").filter({ hasText: "Bob is calling." }).count()).toBe(1);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Space");
      expect(await call(page).getAttribute("data-state")).toBe("ringing-in");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator('[data-testid="call-screen"][data-state="connected"]').waitFor();
    }));

  test("[WB43] somebody who is writing keeps the focus", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").pressSequentially("half a sen");
      await ring(page);
      await hook(page, "answer").waitFor();
      await page.keyboard.type("tence");
      expect(await hook(page, "message-input").inputValue()).toBe("half a sentence");
    }));

  test("[WB51] it rings only while a call comes in, and not in a tab that follows", () =>
    withPage(async (page) => {
      await stage.show(page, "chat");
      await ring(page);
      await page.waitForFunction(() => demo.rings.length === 1);
      await hook(page, "answer").click();
      await page.waitForFunction(() => demo.rings.length === 2);
      expect(await page.evaluate(() => demo.rings)).toEqual(["start", "stop"]);
      await stage.show(page, "follower");
      await ring(page);
      await hook(page, "answer").waitFor();
      expect(await page.evaluate(() => demo.rings)).toEqual([]);
    }));

  test("[WB44] the title alternates with the caller's name", () =>
    withPage(async (page) => {
      await stage.show(page, "ringing-in");
      await page.waitForFunction(() => document.title.includes("Bob is calling"));
      await page.waitForFunction(() => !document.title.includes("Bob is calling"));
    }));

  const ring = (page: Page): Promise<void> =>
    page.evaluate((user) => {
      const live = demo.session?.state;
      live?.set({ ...live.value, call: { kind: "ringing-in", call: "demo", user, name: "Bob" } });
    }, bob.user);
});
