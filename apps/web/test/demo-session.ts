import type { CallView, Command, ContactView, ConversationView, Outcome, Session, SessionState } from "@skein/client";
import { createLive, type LiveSource, type UserId } from "@skein/core";
import { bob, DEMO_NOW_MS } from "./demo-people.ts";

/** A session with nobody behind it: acts on its own state at once, and remembers what it was asked. For tests and pictures. */
export interface DemoSession extends Session {
  readonly state: LiveSource<SessionState>;
  readonly commands: readonly Command[];
  /** What the next commands of this kind are answered with. */
  refuse(kind: Command["kind"], sentence: string): void;
  say(user: UserId, view: ConversationView): void;
}

/** Makes a demo session. */
export function createDemoSession(
  initial: SessionState,
  conversations: ReadonlyMap<UserId, ConversationView>,
): DemoSession {
  const state = createLive(initial);
  const commands: Command[] = [];
  const refusals = new Map<Command["kind"], string>();
  const lives = new Map<UserId, LiveSource<ConversationView>>();

  const conversation = (user: UserId): LiveSource<ConversationView> => {
    const live =
      lives.get(user) ?? createLive<ConversationView>(conversations.get(user) ?? { messages: [], history: "complete" });
    lives.set(user, live);
    return live;
  };

  return {
    state,
    commands,
    conversation,
    refuse: (kind, sentence) => void refusals.set(kind, sentence),
    say: (user, view) => conversation(user).set(view),
    async act(command): Promise<Outcome> {
      commands.push(command);
      const sentence = refusals.get(command.kind);
      if (sentence !== undefined) return { ok: false, sentence };
      if (command.kind === "send") {
        const live = conversation(command.user);
        const message = { id: `sent-${commands.length}`, mine: true, body: command.body, sentAt: DEMO_NOW_MS } as const;
        live.set({ ...live.value, messages: [...live.value.messages, { ...message, state: "sent" }] });
      }
      if (command.kind === "add-contact") {
        const user = initial.contacts[0]?.user ?? bob.user;
        state.set({ ...state.value, contacts: state.value.contacts.length > 0 ? state.value.contacts : [bob] });
        return { ok: true, user };
      }
      state.set(after(state.value, command));
      return { ok: true };
    },
  };
}

function after(state: SessionState, command: Command): SessionState {
  switch (command.kind) {
    case "choose-mode":
      return { ...state, mode: command.mode };
    case "change-settings":
      return { ...state, settings: command.settings };
    case "rename":
      return { ...state, me: { ...state.me, name: command.name } };
    case "mark-read":
      return { ...state, contacts: change(state.contacts, command.user, (contact) => ({ ...contact, unread: 0 })) };
    case "mark-verified":
      return {
        ...state,
        contacts: change(state.contacts, command.user, (contact) => ({ ...contact, verified: command.verified })),
      };
    case "remove-contact":
    case "block":
      return { ...state, contacts: state.contacts.filter(({ user }) => user !== command.user) };
    case "accept-request":
    case "decline-request":
      return { ...state, requests: state.requests.filter(({ user }) => user !== command.user) };
    case "call":
    case "answer":
    case "decline":
    case "hang-up":
    case "dismiss-call":
    case "mute":
      return { ...state, call: callAfter(state.call, command) };
    default:
      return state;
  }
}

function callAfter(call: CallView, command: Command): CallView {
  if (command.kind === "call") return { kind: "ringing-out", call: "demo", user: command.user, name: "Bob" };
  if (call.kind === "idle" || command.kind === "dismiss-call") return { kind: "idle" };
  if (command.kind === "mute") return call.kind === "connected" ? { ...call, muted: command.muted } : call;
  if (command.kind === "answer") {
    return { ...base(call), kind: "connected", connectedAt: DEMO_NOW_MS, muted: false, path: { kind: "direct" } };
  }
  return { ...base(call), kind: "ended", reason: "hung-up", sentence: "You hung up.", lastedMs: 83_000 };
}

function base(call: Exclude<CallView, { kind: "idle" }>): Pick<typeof call, "call" | "user" | "name"> {
  return { call: call.call, user: call.user, name: call.name };
}

function change(
  contacts: readonly ContactView[],
  user: UserId,
  edit: (contact: ContactView) => ContactView,
): ContactView[] {
  return contacts.map((contact) => (contact.user === user ? edit(contact) : contact));
}
