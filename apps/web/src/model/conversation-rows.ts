import type { MessageView } from "@skein/client";

/** One row of a conversation as drawn: a day's heading or a message. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly label: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly message: MessageView;
      /** Where it stands in a run of messages of one author. */
      readonly place: "only" | "first" | "middle" | "last";
      /** Its state is told in words, not only as an icon: the newest of ours, and whatever has not left yet. */
      readonly told: "words" | "icon" | "nothing";
      /** Time and state are for the eye too: at the end of a run, and wherever the state changes within one. */
      readonly foot: "seen" | "unseen";
    };

/** A run of messages ends after this much silence, ms. */
const RUN_GAP_MS = 5 * 60_000;

/** Turns messages (oldest first) into rows. `zone` as in Intl, the browser's own where absent. Rules WB30, WB31. */
export function conversationRows(messages: readonly MessageView[], nowMs: number, zone?: string): Row[] {
  const newestMine = messages.findLast((message) => message.mine)?.id;
  return messages.flatMap((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const joinsAfter = sameRun(message, after, zone);
    const day = dayKey(message.sentAt, zone);
    const row: Row = {
      kind: "message",
      key: message.id,
      message,
      place: place(sameRun(before, message, zone), joinsAfter),
      told: !message.mine ? "nothing" : message.id === newestMine || message.state === "queued" ? "words" : "icon",
      foot: joinsAfter && (!message.mine || message.state === after?.state) ? "unseen" : "seen",
    };
    if (before !== undefined && dayKey(before.sentAt, zone) === day) return [row];
    return [{ kind: "day", key: `day before ${message.id}`, label: dayLabel(message.sentAt, nowMs, zone) }, row];
  });
}

/** The hour and minute of a time, as the reader's language writes them. */
export function clockTime(atMs: number, zone?: string): string {
  return formatter("time", zone).format(atMs);
}

/** A time in few characters: the hour today, the day before. For the list of contacts. */
export function shortTime(atMs: number, nowMs: number, zone?: string): string {
  return dayKey(atMs, zone) === dayKey(nowMs, zone) ? clockTime(atMs, zone) : formatter("short-day", zone).format(atMs);
}

function place(joinsBefore: boolean, joinsAfter: boolean): "only" | "first" | "middle" | "last" {
  if (joinsBefore) return joinsAfter ? "middle" : "last";
  return joinsAfter ? "first" : "only";
}

function sameRun(one: MessageView | undefined, next: MessageView | undefined, zone: string | undefined): boolean {
  if (one === undefined || next === undefined || one.mine !== next.mine) return false;
  return next.sentAt - one.sentAt < RUN_GAP_MS && dayKey(one.sentAt, zone) === dayKey(next.sentAt, zone);
}

function dayKey(atMs: number, zone: string | undefined): string {
  return formatter("key", zone).format(atMs);
}

function dayLabel(atMs: number, nowMs: number, zone: string | undefined): string {
  const key = dayKey(atMs, zone);
  if (key === dayKey(nowMs, zone)) return "Today";
  if (key === dayKey(nowMs - 24 * 60 * 60_000, zone)) return "Yesterday";
  return formatter("long-day", zone).format(atMs);
}

const SHAPES = {
  key: { dateStyle: "short" },
  time: { hour: "2-digit", minute: "2-digit" },
  "short-day": { day: "numeric", month: "short" },
  "long-day": { dateStyle: "full" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Making a formatter costs a thousand times more than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(shape: keyof typeof SHAPES, zone: string | undefined): Intl.DateTimeFormat {
  const key = `${shape} ${zone ?? ""}`;
  const made = formatters.get(key) ?? new Intl.DateTimeFormat(undefined, { ...SHAPES[shape], timeZone: zone });
  formatters.set(key, made);
  return made;
}
