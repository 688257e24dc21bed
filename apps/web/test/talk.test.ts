import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { bob, demoUser } from "./demo-people.ts";
import { commandsOf, hook, usePageStage } from "./page-stage.ts";

/** The page in a real browser with nobody behind it: conversations and calls. */

const stage = usePageStage();

describe("conversation", () => {
  test("[WB36] Enter sends, Shift+Enter starts a line, and a text under way clears the field once", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").pressSequentially("one");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("two");
      await page.keyboard.press("Enter");
      await page.getByText("one\ntwo").waitFor();
      expect(await hook(page, "message-input").inputValue()).toBe("");
      expect(await commandsOf(page)).toEqual([{ kind: "send", user: bob.user, body: "one\ntwo" }]);
    }));

  test("[WB36] Enter while a character is composed belongs to the input method", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").fill("ni");
      await hook(page, "message-input").evaluate((field) =>
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })),
      );
      expect(await commandsOf(page)).toEqual([]);
    }));

  test("[WB32] a megabyte of text is refused here, and stays", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").fill("x".repeat(1_000_000));
      await hook(page, "send").click();
      await page.getByText("984,000 characters too long").waitFor();
      expect((await hook(page, "message-input").inputValue()).length).toBe(1_000_000);
      expect(await commandsOf(page)).toEqual([]);
    }));

  test("[WB33] a refused text comes back with the reason", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      await page.evaluate(() => demo.session?.refuse("send", "This profile is full."));
      await hook(page, "message-input").fill("hello");
      await hook(page, "send").click();
      await page.getByText("This profile is full.").waitFor();
      expect(await hook(page, "message-input").inputValue()).toBe("hello");
    }));

  test("[WB34] a link in a message opens apart and without a referrer", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      const link = page.getByRole("link", { name: "https://example.org/concert?night=friday" });
      expect(await link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
      expect(await link.getAttribute("target")).toBe("_blank");
    }));

  test("[WB35] an unread conversation is marked read when it is opened, and not in a hidden page", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "list");
      await page.evaluate(() =>
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }),
      );
      await hook(page, "contact-Carla Mendes").click();
      await hook(page, "message-input").waitFor();
      expect(await commandsOf(page)).toEqual([]);
      await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await page.waitForFunction(() => demo.session?.commands.length === 1);
      expect(await commandsOf(page)).toEqual([{ kind: "mark-read", user: demoUser(3) }]);
    }));

  test("[WB27] the newest message is in sight, a new one too, and each stands once", () =>
    stage.withPage(async (page) => {
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
    stage.withPage(
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
    stage.withPage(async (page) => {
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
    stage.withPage(async (page) => {
      await stage.show(page, "ringing-in");
      await hook(page, "answer").click();
      await hook(page, "mute").click();
      await page.locator('[data-testid="mute"][aria-pressed="true"]').waitFor();
      await hook(page, "hangup").click();
      await page.getByText("You hung up.").first().waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      await page.locator('[data-testid="call-screen"][data-state="idle"]').waitFor({ state: "attached" });
      expect((await commandsOf(page)).map(({ kind }) => kind)).toEqual(["answer", "mute", "hang-up", "dismiss-call"]);
    }));

  test("[WB41] the duration ticks", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "connected");
      const shown = await call(page).locator(".ticking").textContent();
      await page.waitForFunction(
        (before) => document.querySelector<HTMLElement>(".ticking")?.textContent !== before,
        shown,
      );
    }));

  test("[WB43] a call coming in closes dialogs and takes the focus, and no key in that moment answers", () =>
    stage.withPage(async (page) => {
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
    stage.withPage(async (page) => {
      await stage.show(page, "chat");
      await hook(page, "message-input").pressSequentially("half a sen");
      await ring(page);
      await hook(page, "answer").waitFor();
      await page.keyboard.type("tence");
      expect(await hook(page, "message-input").inputValue()).toBe("half a sentence");
    }));

  test("[WB51] it rings only while a call comes in, and not in a tab that follows", () =>
    stage.withPage(async (page) => {
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
    stage.withPage(async (page) => {
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
