import type { BrowserContext, Locator, Page } from "playwright-core";
import { hear, installProbe, type Probe, selectedPair } from "./page-probe.ts";

/** How long a person waits for something on the screen, in ms. Generous: the machine may be busy. */
const PATIENCE_MS = 30_000;

/** A person at a page: does what people do, by the stable hooks (`data-testid`) of the page. */
export interface Person {
  readonly name: string;
  readonly page: Page;
  /** An element by its hook. */
  at(hook: string): Locator;
  /** Opens the page; with a new profile gives the name and starts. */
  arrive(): Promise<void>;
  /** Waits until the network is up in this mode. */
  online(mode: "p2p" | "central"): Promise<void>;
  switchTo(mode: "p2p" | "central"): Promise<void>;
  link(): Promise<string>;
  add(link: string): Promise<void>;
  /** Opens the conversation with a contact. */
  open(contact: string): Promise<void>;
  seePresence(contact: string, presence: "online" | "away" | "offline"): Promise<void>;
  say(text: string): Promise<void>;
  /** Waits for a message with this text, in one of these states when given. */
  see(text: string, ...states: string[]): Promise<void>;
  call(): Promise<void>;
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  callIs(state: string): Promise<void>;
  callPath(path: string): Promise<void>;
  hears(forMs: number): Promise<{ readonly hz: number; readonly level: number }>;
  selectedPair(): Promise<{ readonly local: string; readonly remote: string } | undefined>;
  events(): Promise<Probe["events"]>;
}

/** Chooses "Remove noise and echo: off", as a person can in the settings: a steady tone counts as noise. Runs in the page. */
function keepSoundAsItIs(profile: string): void {
  localStorage.setItem(`skein:${profile}:sound`, JSON.stringify({ processing: "off", ring: "off" }));
}

/** Puts a person into a browser context at this address. */
export async function createPerson(name: string, context: BrowserContext, address: string): Promise<Person> {
  await context.addInitScript(installProbe);
  await context.addInitScript(keepSoundAsItIs, new URL(address).searchParams.get("profile") ?? "default");
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const at = (hook: string): Locator => page.getByTestId(hook);
  const callScreen = (attribute: string, value: string): Promise<void> =>
    page.locator(`[data-testid="call-screen"][${attribute}="${value}"]`).waitFor({ state: "attached" });

  async function online(mode: "p2p" | "central"): Promise<void> {
    await page.locator(`[data-testid="mode-switch"][data-mode="${mode}"]`).waitFor();
    await page.locator('[data-network="online"]').waitFor({ state: "attached" });
  }

  return {
    name,
    page,
    at,
    async arrive() {
      await page.goto(address);
      const fresh = at("name-input");
      await fresh.or(at("mode-switch")).first().waitFor();
      if (!(await fresh.isVisible())) return;
      await fresh.fill(name);
      await at("start").click();
      await at("mode-switch").waitFor();
    },
    online,
    async switchTo(mode) {
      if ((await at("mode-switch").getAttribute("data-mode")) !== mode) await at("mode-switch").click();
      await online(mode);
    },
    async link() {
      await page.waitForFunction(() =>
        (document.querySelector('[data-testid="my-link"]')?.textContent ?? "").includes("#/add/"),
      );
      return (await at("my-link").textContent()) ?? "";
    },
    async add(link) {
      await at("add-contact-input").fill(link);
      await at("add-contact").click();
    },
    async open(contact) {
      await at(`contact-${contact}`).click();
      await at("message-input").waitFor();
    },
    async seePresence(contact, presence) {
      await page.locator(`[data-testid="contact-${contact}"][data-presence="${presence}"]`).waitFor();
    },
    async say(text) {
      await at("message-input").fill(text);
      await at("send").click();
    },
    async see(text, ...states) {
      const message = at("message").filter({ hasText: text });
      await message.first().waitFor();
      if (states.length === 0) return;
      const selector = states.map((state) => `[data-testid="message"][data-state="${state}"]`).join(",");
      await page.locator(selector).filter({ hasText: text }).first().waitFor();
    },
    call: () => at("call").click(),
    answer: () => at("answer").click(),
    hangUp: () => at("hangup").click(),
    callIs: (state) => callScreen("data-state", state),
    callPath: (path) => callScreen("data-path", path),
    hears: (forMs) => page.evaluate(hear, forMs),
    selectedPair: () => page.evaluate(selectedPair),
    events: () => page.evaluate(() => (window as unknown as { skeinProbe: Probe }).skeinProbe.events),
  };
}
