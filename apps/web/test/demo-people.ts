import type { ContactView, ConversationView, MessageView, SessionState } from "@skein/client";
import { type DeviceId, toBase64Url, type UserId, userIdFromKey } from "@skein/core";
import { issueCard, keyPairFromSeed } from "@skein/identity";

/** People and words of the demo: made up, the same at every run. */

/** A key of one byte repeated: enough to be told apart. */
export function demoUser(byte: number): UserId {
  return userIdFromKey(new Uint8Array(32).fill(byte));
}

/** The code of a contact link, truly signed. */
export function demoCard(name: string): string {
  const { bytes } = issueCard({ name, hints: [] }, keyPairFromSeed(new Uint8Array(32).fill(7)));
  return toBase64Url(bytes);
}

/** Time of the demo: a Thursday afternoon. Local, so that pictures look alike everywhere. */
export const DEMO_NOW_MS: number = new Date(2026, 10, 19, 16, 42, 10).getTime();

const minutesAgo = (minutes: number): number => DEMO_NOW_MS - minutes * 60_000;

export const bob: ContactView = {
  user: demoUser(2),
  name: "Bob",
  presence: "online",
  unread: 0,
  lastMessage: { body: "I can hear the geese from here.", at: minutesAgo(3), mine: true },
  path: { kind: "direct" },
  verified: true,
  safetyNumber: "30185 71942 66503 18827 40916 55230 91747 20068 83351 47719 06284 59930",
  safetyWords: "harbor willow orbit candle maple north velvet stone",
};

const others: readonly ContactView[] = [
  {
    ...bob,
    user: demoUser(3),
    name: "Carla Mendes",
    presence: "away",
    unread: 3,
    lastMessage: {
      body: "Are we still on for Saturday? I found the map we talked about.",
      at: minutesAgo(48),
      mine: false,
    },
    path: { kind: "relayed", by: "sn2" },
    verified: false,
  },
  {
    user: demoUser(4),
    name: "Dmitri",
    presence: "offline",
    unread: 0,
    lastMessage: { body: "Sleep well!", at: minutesAgo(60 * 19), mine: true },
    verified: false,
    safetyNumber: bob.safetyNumber,
    safetyWords: bob.safetyWords,
  },
  {
    user: demoUser(5),
    name: "Élodie Marchand-Beauregard de la Tour",
    presence: "online",
    unread: 0,
    verified: false,
    safetyNumber: bob.safetyNumber,
    safetyWords: bob.safetyWords,
  },
];

const said = (
  index: number,
  mine: boolean,
  body: string,
  minutes: number,
  state: MessageView["state"],
): MessageView => ({
  id: `m${index}`,
  mine,
  body,
  sentAt: minutesAgo(minutes),
  state,
});

export const bobMessages: ConversationView = {
  history: "more",
  messages: [
    said(1, false, "Did you get the tickets?", 60 * 25, "read"),
    said(2, true, "Two, second row. https://example.org/concert?night=friday has the rest.", 60 * 25 - 1, "read"),
    said(3, true, "Bring the warm coat, it is by the lake.", 60 * 25 - 2, "read"),
    said(4, false, "Perfect.", 60 * 24 + 30, "read"),
    said(5, false, "Look up! They are flying over right now.\nAt least forty of them, one long V.", 9, "read"),
    said(6, false, "Call me when you are outside?", 8, "read"),
    said(7, true, "On my way down.", 5, "read"),
    said(8, true, "I can hear the geese from here.", 3, "delivered"),
    said(9, true, "Which window are you at?", 1, "sent"),
  ],
};

export const dmitriMessages: ConversationView = {
  history: "complete",
  messages: [
    said(21, false, "Train leaves at six.", 60 * 20, "read"),
    said(22, true, "Sleep well!", 60 * 19, "held"),
    said(23, true, "And write when you are there.", 2, "queued"),
  ],
};

/** Everything quiet: four contacts, online by three supernodes. */
export const demoState: SessionState = {
  mode: "p2p",
  modes: ["p2p", "central"],
  network: { kind: "online", via: ["sn1", "sn2", "sn3"] },
  me: {
    user: demoUser(1),
    device: demoUser(11) as string as DeviceId,
    name: "Alice",
    link: `http://localhost:8080/#/add/${"pGF2AWRuYW1lZUFsaWNlZWhpbnRzgXgqL2lwNC8xMjcuMC4wLjEv".repeat(4)}`,
  },
  contacts: [bob, ...others],
  requests: [],
  blocked: [],
  call: { kind: "idle" },
  settings: { direct: "contacts", readReceipts: true },
};
