import type { Mode } from "@skein/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HeadlessPeer, startHeadlessPeer } from "../src/headless/headless-peer.ts";
import { callIs, callPath, hears, message, online } from "../src/headless/told.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";

const ANN_HZ = 1000;
const BEN_HZ = 440;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage?.close());

describe.each<Mode>(["p2p", "central"])("two headless peers in %s mode", (mode) => {
  let ann: HeadlessPeer;
  let ben: HeadlessPeer;

  beforeAll(async () => {
    const start = (name: string, flags: readonly string[]): Promise<HeadlessPeer> =>
      startHeadlessPeer({ name, page: stage.address, flags: ["--mode", mode, ...flags] });
    [ann, ben] = await Promise.all([
      start("Ann", ["--play", `tone:${ANN_HZ}`]),
      start("Ben", ["--play", `tone:${BEN_HZ}`, "--answer", "auto"]),
    ]);
    await Promise.all([online(ann, mode), online(ben, mode)]);
    await Promise.all([
      ann.order({ kind: "add-contact", link: ben.link }),
      ben.order({ kind: "add-contact", link: ann.link }),
    ]);
    await ann.until("Ben online", ({ kind, presence }) => kind === "contact" && presence === "online");
  });

  afterAll(() => Promise.all([ann?.close(), ben?.close()]));

  test("[PE1] [PE4] a message arrives and is told to be delivered", async () => {
    await ann.order({ kind: "send", user: ben.user, body: `by ${mode}` });
    await message(ben, `by ${mode}`);
    await message(ann, `by ${mode}`, "delivered", "read");
  });

  test("[PE5] [PE11] [PE20] they call, hear each other's tone by the path of the mode, and hang up", async () => {
    const [sinceAnn, sinceBen] = [ann.lines.length, ben.lines.length];
    await ann.order({ kind: "call", user: ben.user });
    await Promise.all([callIs(ann, "connected", sinceAnn), callIs(ben, "connected", sinceBen)]);
    // In P2P relayed while it rings, then direct: by another connection, since the library cannot restart ICE.
    const path = mode === "p2p" ? "direct" : "central";
    await Promise.all([callPath(ann, [path], sinceAnn), callPath(ben, [path], sinceBen)]);
    const [nowAnn, nowBen] = [ann.lines.length, ben.lines.length];
    await Promise.all([hears(ann, BEN_HZ, nowAnn), hears(ben, ANN_HZ, nowBen)]);
    await ann.order({ kind: "hang-up" });
    const ended = await callIs(ben, "ended", sinceBen);
    expect(ended.call).toMatchObject({ reason: "hung-up" });
  });

  test("[PE3] a line that cannot be read is one error line, and the peer goes on", async () => {
    const since = ann.lines.length;
    await expect(ann.order({ kind: "call", user: "nobody" })).rejects.toThrow("user: not a user id");
    await expect(ann.order({ kind: "dance" })).rejects.toThrow("kind");
    expect(ann.lines.slice(since).filter(({ kind }) => kind === "error")).toHaveLength(2);
    expect(await ann.order({ do: "link" })).toMatchObject({ kind: "link", link: ann.link });
  });
});
