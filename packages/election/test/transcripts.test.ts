import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { playStory } from "./story.ts";

/** Plays the commands of a story and compares all it tells; `vitest -u` writes it anew. */
async function expectStory(name: string): Promise<void> {
  const path = new URL(`transcripts/${name}.txt`, import.meta.url);
  await expect(playStory(readFileSync(path, "utf8"))).toMatchFileSnapshot(path.pathname);
}

test("[EL1] [EL5] [EL20] a lone node", () => expectStory("lone-node"));
test("[EL9] [EL11] [EL12] ten candidates, need of two", () => expectStory("ten-candidates"));
test("[EL2] [EL18] flapping reachability", () => expectStory("flapping"));
test("[EL19] [EL31] overload storm", () => expectStory("overload-storm"));
test("[EL18] [EL28] a new build starts as canary", () => expectStory("canary"));
test("[EL23] [EL25] [EL27] a monoculture is refused", () => expectStory("monoculture"));
test("[EL17] [EL21] demotion and hand-over", () => expectStory("hand-over"));
test("[EL13] [EL14] everyone restarts at once", () => expectStory("restart-storm"));
test("[EL9] [EL13] the laboratory's tuning: the same in seconds", () => expectStory("laboratory"));
