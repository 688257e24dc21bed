import type { MessageView } from "@skein/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conversationRows, shortTime } from "./conversation-rows.ts";

const noon = Date.UTC(2026, 10, 19, 12);
const hour = 3_600_000;

function message(id: string, sentAt: number, more: Partial<MessageView> = {}): MessageView {
  return { id, sentAt, mine: false, body: id, state: "delivered", ...more };
}

describe("rows of a conversation", () => {
  test("[WB30] a heading stands before the first message of each day, named from the reader's day", () => {
    const messages = [
      message("a", noon - 72 * hour),
      message("b", noon - 24 * hour),
      message("c", noon - hour),
      message("d", noon),
    ];
    const rows = conversationRows(messages, noon, "UTC");
    expect(rows.map((row) => (row.kind === "day" ? row.label : row.key))).toEqual([
      expect.stringContaining("2026"),
      "a",
      "Yesterday",
      "b",
      "Today",
      "c",
      "d",
    ]);
  });

  test("[WB30] the day changes at midnight of the reader's zone, not of UTC", () => {
    const messages = [message("a", Date.UTC(2026, 10, 18, 23, 30)), message("b", Date.UTC(2026, 10, 19, 0, 30))];
    const headings = (zone: string) =>
      conversationRows(messages, noon, zone).filter(({ kind }) => kind === "day").length;
    expect([headings("UTC"), headings("Europe/Berlin"), headings("America/New_York")]).toEqual([2, 1, 1]);
  });

  test("[WB31] messages of one author within five minutes form a run", () => {
    const minute = 60_000;
    const messages = [
      message("a", noon),
      message("b", noon + minute),
      message("c", noon + 2 * minute),
      message("d", noon + 8 * minute),
      message("e", noon + 9 * minute, { mine: true }),
    ];
    const places = conversationRows(messages, noon, "UTC").flatMap((row) =>
      row.kind === "message" ? [row.place] : [],
    );
    expect(places).toEqual(["first", "middle", "last", "only", "only"]);
  });

  test("[WB31] a state is told where it matters: the newest of ours and the queued in words, changes within a run seen", () => {
    const mine = (id: string, at: number, state: MessageView["state"]) => message(id, at, { mine: true, state });
    const messages = [
      mine("a", noon, "read"),
      mine("b", noon + 1, "read"),
      mine("c", noon + 2, "queued"),
      mine("d", noon + 3, "delivered"),
      message("e", noon + 4),
    ];
    const told = conversationRows(messages, noon, "UTC").flatMap((row) =>
      row.kind === "message" ? [[row.told, row.foot]] : [],
    );
    expect(told).toEqual([
      ["icon", "unseen"],
      ["icon", "seen"],
      ["words", "seen"],
      ["words", "seen"],
      ["nothing", "seen"],
    ]);
  });

  test("[WB27] every message makes exactly one row, and keys are unique", () => {
    const messages = fc.uniqueArray(
      fc.record({ id: fc.uuid(), sentAt: fc.integer({ min: 0, max: 4e12 }), mine: fc.boolean() }),
      { selector: ({ id }) => id, maxLength: 40 },
    );
    fc.assert(
      fc.property(messages, (list) => {
        const rows = conversationRows(
          list.map(({ id, sentAt, mine }) => message(id, sentAt, { mine })),
          noon,
          "UTC",
        );
        expect(rows.filter(({ kind }) => kind === "message").map(({ key }) => key)).toEqual(list.map(({ id }) => id));
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
      }),
    );
  });

  test("[WB30] in the list a time of today is the hour, an older one the date", () => {
    expect(shortTime(noon - hour, noon, "UTC")).toMatch(/11/);
    expect(shortTime(noon - 24 * hour, noon, "UTC")).toMatch(/18/);
  });
});
