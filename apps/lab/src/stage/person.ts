import type { BrowserContext, Locator, Page } from "playwright-core";
import type { Browser } from "puppeteer-core";
import { openChromiumTab } from "./chromium-tab.ts";
import { openFirefoxTab } from "./firefox-tab.ts";
import { hear, installProbe, type Probe, selectedPair } from "./page-probe.ts";
import type { Preparation, Tab } from "./tab.ts";

/** A person at a page: does what people do, by the stable hooks (`data-testid`) of the page. */
export interface Person {
  readonly name: string;
  readonly tab: Tab;
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
  /** Hangs up where there is something to hang up. */
  hangUpIfAny(): Promise<void>;
  callIs(state: string): Promise<void>;
  callPath(path: string): Promise<void>;
  hears(forMs: number): Promise<{ readonly hz: number; readonly level: number }>;
  selectedPair(): Promise<{ readonly local: string; readonly remote: string } | undefined>;
  events(): Promise<Probe["events"]>;
}

/** A person at a Chromium, whose page can also be looked at with all that playwright offers. */
export interface ChromiumPerson extends Person {
  readonly page: Page;
  /** An element by its hook. */
  at(hook: string): Locator;
}

/** Chooses "Remove noise and echo: off", as a person can in the settings: a steady tone counts as noise. Runs in the page. */
function keepSoundAsItIs(profile: string): void {
  localStorage.setItem(`skein:${profile}:sound`, JSON.stringify({ processing: "off", ring: "off" }));
}

const preparationsFor = (address: string): readonly Preparation[] => [
  { run: installProbe, argument: "" },
  { run: keepSoundAsItIs, argument: new URL(address).searchParams.get("profile") ?? "default" },
];

/** Puts a person into a browser context of a Chromium, at this address. */
export async function createChromiumPerson(
  name: string,
  context: BrowserContext,
  address: string,
): Promise<ChromiumPerson> {
  const { tab, page } = await openChromiumTab(context, preparationsFor(address));
  return { ...personAt(tab, name, address), page, at: (hook) => page.getByTestId(hook) };
}

/** Puts a person into a Firefox, at this address. */
export async function createFirefoxPerson(name: string, browser: Browser, address: string): Promise<Person> {
  return personAt(await openFirefoxTab(browser, preparationsFor(address)), name, address);
}

const hooked = (hook: string): string => `[data-testid="${hook}"]`;

/** The text of the first element, once it contains something. Runs in the page. */
function textContaining({ selector, part }: { readonly selector: string; readonly part: string }): string | undefined {
  const texts = [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
  return texts.find((text) => text.includes(part));
}

function personAt(tab: Tab, name: string, address: string): Person {
  const callScreen = (attribute: string, value: string): Promise<void> =>
    tab.there(`${hooked("call-screen")}[${attribute}="${value}"]`, "attached");

  async function online(mode: "p2p" | "central"): Promise<void> {
    await tab.there(`${hooked("mode-switch")}[data-mode="${mode}"]`);
    await tab.there('[data-network="online"]', "attached");
  }

  return {
    name,
    tab,
    async arrive() {
      await tab.goto(address);
      await tab.there(`${hooked("name-input")}, ${hooked("mode-switch")}`);
      if (!(await tab.isVisible(hooked("name-input")))) return;
      await tab.fill(hooked("name-input"), name);
      await tab.click(hooked("start"));
      await tab.there(hooked("mode-switch"));
    },
    online,
    async switchTo(mode) {
      if (!(await tab.isVisible(`${hooked("mode-switch")}[data-mode="${mode}"]`)))
        await tab.click(hooked("mode-switch"));
      await online(mode);
    },
    link: () => tab.until(textContaining, { selector: hooked("my-link"), part: "#/add/" }),
    async add(link) {
      await tab.fill(hooked("add-contact-input"), link);
      await tab.click(hooked("add-contact"));
    },
    async open(contact) {
      await tab.click(hooked(`contact-${contact}`));
      await tab.there(hooked("message-input"));
    },
    seePresence: (contact, presence) => tab.there(`${hooked(`contact-${contact}`)}[data-presence="${presence}"]`),
    async say(text) {
      await tab.fill(hooked("message-input"), text);
      await tab.click(hooked("send"));
    },
    async see(text, ...states) {
      const message = hooked("message");
      const selector = states.map((state) => `${message}[data-state="${state}"]`).join(", ");
      await tab.until(textContaining, { selector: selector || message, part: text });
    },
    call: () => tab.click(hooked("call")),
    answer: () => tab.click(hooked("answer")),
    hangUp: () => tab.click(hooked("hangup")),
    async hangUpIfAny() {
      if (await tab.isVisible(hooked("hangup"))) await tab.click(hooked("hangup"));
    },
    callIs: (state) => callScreen("data-state", state),
    callPath: (path) => callScreen("data-path", path),
    hears: (forMs) => tab.evaluate(hear, forMs),
    selectedPair: () => tab.evaluate(selectedPair, undefined),
    events: () => tab.evaluate(() => (window as unknown as { skeinProbe: Probe }).skeinProbe.events, undefined),
  };
}
