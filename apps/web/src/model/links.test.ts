import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitLinks } from "./links.ts";

const links = (body: string) => splitLinks(body).flatMap((piece) => (piece.kind === "link" ? [piece.address] : []));

describe("links in messages", () => {
  test("[WB34] only http and https addresses become links", () => {
    expect(links("see https://a.test/x?y=1, or HTTP://B.test.")).toEqual(["https://a.test/x?y=1", "HTTP://B.test"]);
    expect(links("javascript:alert(1) data:text/html,x file:///etc xhttps://a https://")).toEqual([]);
    expect(links("(https://a.test/b)")).toEqual(["https://a.test/b"]);
  });

  test("[WB34] no character of a message is lost or added", () => {
    const noise = fc.array(fc.constantFrom("https://", "http://a.b", " ", ".", ")", "\n", "é", "<", "x"), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(noise, (parts) => {
        const body = parts.join("");
        expect(
          splitLinks(body)
            .map(({ text }) => text)
            .join(""),
        ).toBe(body);
      }),
    );
  });

  test("[WB34] a message makes at most fifty links", () => {
    expect(links("https://a.b ".repeat(80))).toHaveLength(50);
  });
});
