import type { CallView, MessageView, NetworkView, PathView, Settings } from "@skein/client";
import type { Availability, Mode } from "@skein/core";

/** What a message's state is called, and what it means. */
export function messageState(state: MessageView["state"]): { readonly label: string; readonly meaning: string } {
  switch (state) {
    case "queued":
      return { label: "queued", meaning: "Waiting in this browser until the other side can be reached." };
    case "sent":
      return { label: "sent", meaning: "On its way; the other device has not confirmed it yet." };
    case "held":
      return { label: "held", meaning: "Kept for them, sealed, until they are back." };
    case "delivered":
      return { label: "delivered", meaning: "Their device has it." };
    case "read":
      return { label: "read", meaning: "They have seen it." };
  }
}

/** What presence is called. */
export function presenceWord(presence: Availability): string {
  switch (presence) {
    case "online":
      return "online";
    case "away":
      return "away";
    case "offline":
      return "offline";
  }
}

/** A path in a few words, and what it shows to whom. Rule WB22. */
export function pathWords(path: PathView): { readonly label: string; readonly meaning: string } {
  switch (path.kind) {
    case "direct":
      return { label: "direct", meaning: "Straight between your two devices. Each side sees the other’s IP address." };
    case "relayed":
      return {
        label: `relayed by ${path.by}`,
        meaning: `Passed on by supernode ${path.by}. It sees both addresses and how much is sent, never what.`,
      };
    case "central":
      return {
        label: `central, ${path.by}`,
        meaning: `Passed on by the central server ${path.by}. It sees who, when and how much, never what.`,
      };
  }
}

/** Where the network stands, in a line, with what a person can do about it. Rule WB21. */
export function networkWords(
  network: NetworkView,
  mode: Mode,
  device: "connected" | "disconnected",
): { readonly line: string; readonly hint?: string } {
  if (network.kind !== "online" && device === "disconnected") {
    return { line: "This device is offline", hint: "Skein joins again when the connection is back." };
  }
  switch (network.kind) {
    case "stopped":
      return { line: "Not connected" };
    case "joining":
      return {
        line: mode === "p2p" ? "Looking for supernodes…" : "Connecting to the central server…",
        ...(network.reason === undefined ? {} : { hint: `${sentence(network.reason)} Skein keeps trying.` }),
      };
    case "online":
      return { line: network.via.length === 0 ? "Online" : `Online via ${network.via.join(", ")}` };
    case "failed":
      return {
        line: "Not connected",
        hint: `${sentence(network.reason)} Reload the page to try again, or switch the mode.`,
      };
  }
}

/** What is said aloud when a call changes; empty when there is nothing to say. Rule WB43. */
export function callAnnouncement(call: CallView): string {
  switch (call.kind) {
    case "idle":
      return "";
    case "ringing-in":
      return `${call.name} is calling.`;
    case "ringing-out":
      return `Calling ${call.name}.`;
    case "connecting":
      return `Connecting with ${call.name}.`;
    case "connected":
      return `In a call with ${call.name}.`;
    case "ended":
      return call.sentence;
  }
}

/** Who carries things in a mode. */
export function modeWords(mode: Mode): { readonly label: string; readonly meaning: string } {
  switch (mode) {
    case "p2p":
      return { label: "P2P", meaning: "Carried by the people in it" };
    case "central":
      return { label: "Central", meaning: "Carried by one server" };
  }
}

/** The choices about direct connections, as offered. */
export const directChoices: readonly {
  readonly value: Settings["direct"];
  readonly label: string;
  readonly meaning: string;
}[] = [
  { value: "always", label: "With anyone", meaning: "Also with people who are not contacts yet." },
  { value: "contacts", label: "With my contacts", meaning: "And in a call only after it is answered." },
  { value: "never", label: "Never", meaning: "Everything goes through a relay. A little slower." },
];

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
