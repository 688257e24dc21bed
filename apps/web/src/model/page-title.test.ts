import { describe, expect, test } from "vitest";
import { bob } from "../../test/demo-people.ts";
import { pageTitle } from "./page-title.ts";
import { HUES, portrait } from "./portrait.ts";

describe("title of the page", () => {
  const quiet = { profile: "default", call: { kind: "idle" }, contacts: [bob] } as const;

  test("[WB44] names the profile and counts what is unread", () => {
    expect(pageTitle(quiet, "call")).toBe("Skein");
    expect(pageTitle({ ...quiet, profile: "alice" }, "rest")).toBe("Skein · alice");
    expect(
      pageTitle(
        {
          ...quiet,
          contacts: [
            { ...bob, unread: 2 },
            { ...bob, unread: 3 },
          ],
        },
        "call",
      ),
    ).toBe("(5) Skein");
  });

  test("[WB44] alternates with the caller's name while it rings", () => {
    const ringing = { ...quiet, call: { kind: "ringing-in", call: "c", user: bob.user, name: "Bob" } } as const;
    expect([pageTitle(ringing, "call"), pageTitle(ringing, "rest")]).toEqual(["☎ Bob is calling", "Skein"]);
  });
});

describe("portraits", () => {
  test("[WB28] initials are whole letters of first and last name, and the colour comes from the key", () => {
    const initials = (name: string) => portrait({ name, user: bob.user }).initials;
    expect([initials("Bob"), initials("élodie de la Tour"), initials("👩‍🚀 Sky"), initials(" ")]).toEqual([
      "B",
      "ÉT",
      "👩‍🚀S",
      "?",
    ]);
    expect(HUES).toContain(portrait(bob).hue);
  });
});
