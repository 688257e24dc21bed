import type { CallView, ConversationView, SessionState } from "@skein/client";
import type { UserId } from "@skein/core";
import type { TabView } from "../src/session/tab.ts";
import { bob, bobMessages, DEMO_NOW_MS, demoCard, demoState, demoUser, dmitriMessages } from "./demo-people.ts";
import { createDemoSession, type DemoSession } from "./demo-session.ts";

/** A situation of the demo page: what the tab shows, where it is. */
export interface DemoScene {
  readonly view: TabView;
  readonly session?: DemoSession;
  readonly hash?: string;
  /** Names of buttons to press, in order, before it is looked at. */
  readonly press?: readonly string[];
  /** What must be in sight then, as a CSS selector. */
  readonly shows?: string;
}

const withBob = { call: "demo", user: bob.user, name: "Bob" } as const;
const inChat = `#/chat/${bob.user}`;

const connected: CallView = {
  ...withBob,
  kind: "connected",
  connectedAt: DEMO_NOW_MS - 754_000,
  muted: false,
  path: { kind: "relayed", by: "sn1" },
  quality: { rttMs: 48.4, jitterBufferMs: 31.2, lossPct: 0.4, sendKbps: 34.1, receiveKbps: 33.6, mos: 4.31 },
};

/** Every situation worth a picture, by name. */
export const demoScenes: Readonly<Record<string, () => DemoScene>> = {
  onboarding: () => ({ view: { kind: "new", create: async () => ({ ok: true }) } }),
  "onboarding-fault": () => ({
    view: { kind: "new", create: async () => ({ ok: false, sentence: "The browser refuses to store keys here." }) },
  }),
  "elsewhere-new": () => ({ view: { kind: "elsewhere", stage: "new" } }),
  "elsewhere-silent": () => ({ view: { kind: "elsewhere", stage: "silent" } }),
  failed: () => ({
    view: { kind: "failed", sentence: "The browser does not let this page store anything.", retry: () => {} },
  }),
  empty: () => running({ contacts: [] }),
  list: () => running({}),
  chat: () => running({}, inChat),
  held: () => running({}, `#/chat/${demoUser(4)}`),
  requests: () =>
    running(
      {
        requests: [
          {
            user: demoUser(8),
            name: "Noor",
            firstMessage: "Hello Alice, Bob gave me your link. We met at the lake, with the yellow boat.",
            at: DEMO_NOW_MS - 60_000,
          },
        ],
      },
      inChat,
    ),
  refused: () => {
    const scene = running({}, inChat);
    scene.session?.refuse("call", "Bob cannot be reached: no supernode has heard of him for 20 minutes.");
    return { ...scene, press: ["Call Bob"], shows: ".notice[data-shown=yes]" };
  },
  "ringing-in": () =>
    running({ call: { ...withBob, kind: "ringing-in", path: { kind: "relayed", by: "sn1" } } }, inChat),
  "ringing-out": () => running({ call: { ...withBob, kind: "ringing-out" } }, inChat),
  connecting: () => running({ call: { ...withBob, kind: "connecting", path: { kind: "relayed", by: "sn1" } } }, inChat),
  connected: () => running({ call: connected }, inChat),
  "connected-direct": () => running({ call: { ...connected, muted: true, path: { kind: "direct" } } }, inChat),
  "connected-central": () =>
    running({ mode: "central", call: { ...connected, path: { kind: "central", by: "localhost" } } }, inChat),
  ended: () =>
    running(
      {
        call: {
          ...withBob,
          kind: "ended",
          reason: "unreachable",
          sentence: "The call could not connect: this network blocks UDP, and no supernode offers TCP.",
          lastedMs: 0,
        },
      },
      inChat,
    ),
  offline: () => running({ network: { kind: "joining", reason: "None of the 3 known supernodes answers." } }, inChat),
  "network-failed": () =>
    running({ network: { kind: "failed", reason: "the central server refused the login: clock is wrong by 2 hours" } }),
  settings: () => ({
    ...running({ blocked: [{ user: demoUser(9), name: "Someone Loud" }] }),
    press: ["Settings"],
    shows: "[role=dialog]",
  }),
  details: () => ({ ...running({}, inChat), press: ["Details about Bob"], shows: ".details" }),
  "confirm-block": () => ({
    ...running({}, inChat),
    press: ["Details about Bob", "Block"],
    shows: "[role=alertdialog]",
  }),
  qr: () => ({ ...running({}), press: ["Show my link as a QR code"], shows: "[role=dialog] svg.qr" }),
  "add-link": () => ({
    ...running({ contacts: [] }, `#/add/${demoCard("Bob")}`),
    shows: "[role=dialog] [data-testid=confirm-add]",
  }),
  "add-broken-link": () => ({ ...running({ contacts: [] }, "#/add/AAAA"), shows: "[role=dialog] .modal-actions" }),
  follower: () => running({}, inChat, "follower"),
  lost: () => running({ call: connected }, inChat, "follower", "lost"),
};

function running(
  change: Partial<SessionState>,
  hash = "#/",
  role: "leader" | "follower" = "leader",
  link: "live" | "lost" = "live",
): DemoScene {
  const conversations = new Map<UserId, ConversationView>([
    [bob.user, bobMessages],
    [demoUser(4), dmitriMessages],
  ]);
  const session = createDemoSession({ ...demoState, ...change }, conversations);
  return { view: { kind: "running", role, link, session }, session, hash };
}
