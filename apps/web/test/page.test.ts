import { describe, expect, test } from "vitest";
import { bob, demoUser } from "./demo-people.ts";
import { axeFaults, commandsOf, hook, usePageStage } from "./page-stage.ts";

/** The page in a real browser with nobody behind it: where it stands, people, the network. */

const stage = usePageStage();

describe("where the page stands", () => {
  test("[WB3] [WB62] by an insecure origin the real page says what is missing and what helps, under its policy", () =>
    stage.withPage(async (page) => {
      await page.goto(stage.insecureAddress());
      await page.getByRole("heading", { name: "This address is not secure" }).waitFor();
      const text = await page.locator("main").textContent();
      for (const word of ["no microphone", "no key storage", "no tab locking", "https://", "localhost"])
        expect(text).toContain(word);
      expect(await axeFaults(page, "all")).toEqual([]);
    }));

  test("[WB4] without WebRTC the real page says so", () =>
    stage.withPage(async (page) => {
      await page.addInitScript("delete globalThis.RTCPeerConnection");
      await page.goto(stage.address());
      await page.getByRole("heading", { name: "This browser has no WebRTC" }).waitFor();
    }));

  test("[WB1] a name that cannot be a profile gets a page of its own", () =>
    stage.withPage(async (page) => {
      await page.goto(`${stage.address()}?profile=../x`);
      await page.getByRole("heading", { name: "This is not a profile name" }).waitFor();
    }));

  test("[WB5] a new person gives a name; nothing and a refusal are answered in place", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "onboarding-fault");
      await hook(page, "start").click();
      await page.getByText("Give a name first").waitFor();
      await hook(page, "name-input").fill("Alice");
      await page.keyboard.press("Enter");
      await page.getByText("The browser refuses to store keys here.").waitFor();
      expect(await hook(page, "name-input").inputValue()).toBe("Alice");
    }));

  test("[WB6] an opened contact link names its person and adds nobody before the question is answered", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "add-link");
      await page.getByRole("dialog", { name: "Add Bob?" }).waitFor();
      expect(await commandsOf(page)).toEqual([]);
      await hook(page, "confirm-add").click();
      await hook(page, "message-input").waitFor();
      expect((await commandsOf(page)).map(({ kind }) => kind)).toContain("add-contact");
    }));

  test("[WB6] a broken contact link says so and adds nobody", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "add-broken-link");
      await page.getByText("This contact link is damaged").waitFor();
      await page.getByRole("button", { name: "OK" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await commandsOf(page)).toEqual([]);
    }));

  test("[WB12] a follower says that it follows, and a lost leader is said", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "follower");
      await page.getByText("Skein is open in another tab; this one follows it.").waitFor();
      await stage.show(page, "lost");
      await page.getByText("Taking over…").waitFor();
    }));
});

describe("contacts and network", () => {
  test("[WB20] the hooks of the main screen carry what they promise", () =>
    stage.withPage(async (page) => {
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
    stage.withPage(async (page) => {
      await stage.show(page, "list");
      await hook(page, "mode-switch").click();
      await page.locator('[data-testid="mode-switch"][data-mode="central"]').waitFor();
      await page.evaluate(() => {
        const live = demo.session?.state;
        live?.set({ ...live.value, modes: ["central"] });
      });
      await page.getByText("This host offers Central only.").waitFor();
      await hook(page, "mode-switch").click({ force: true });
      expect((await commandsOf(page)).filter(({ kind }) => kind === "choose-mode")).toHaveLength(1);
    }));

  test("[WB24] a request is accepted, declined or blocked", () =>
    stage.withPage(async (page) => {
      for (const [button, kind] of [
        ["Accept Noor", "accept-request"],
        ["Decline Noor", "decline-request"],
        ["Block Noor", "block"],
      ] as const) {
        await stage.show(page, "requests");
        await page.getByRole("button", { name: button }).click();
        expect(await commandsOf(page)).toEqual([{ kind, user: demoUser(8) }]);
      }
    }));

  test("[WB25] a link that cannot be added stays, with the reason", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "empty");
      await page.evaluate(() => demo.session?.refuse("add-contact", "This is not a contact link."));
      await hook(page, "add-contact-input").fill("nonsense");
      await hook(page, "add-contact").click();
      await page.getByText("This is not a contact link.").waitFor();
      expect(await hook(page, "add-contact-input").inputValue()).toBe("nonsense");
    }));

  test("[WB26] a dialog gives the focus back to where it was", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "settings");
      await page.getByRole("dialog", { name: "Settings" }).waitFor();
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Settings");
    }));

  test("[WB26] blocking is asked first, by keyboard too", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "confirm-block");
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      expect(await commandsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Block", exact: true }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Block" }).click();
      await hook(page, "contact-Bob").waitFor({ state: "detached" });
      expect(await commandsOf(page)).toEqual([{ kind: "block", user: bob.user }]);
    }));

  test("[WB20] my link is a QR code on demand", () =>
    stage.withPage(async (page) => {
      await stage.show(page, "qr");
      const path = page.getByRole("img", { name: "QR code of my contact link" }).locator("path");
      expect((await path.getAttribute("d"))?.length).toBeGreaterThan(1_000);
    }));
});
