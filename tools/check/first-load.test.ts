import { expect, test } from "vitest";
import { firstLoad } from "./first-load.mjs";

const manifest = {
  "index.html": { file: "assets/index.js", isEntry: true, imports: ["_shared.js"] },
  "_shared.js": { file: "assets/shared.js", imports: ["_react.js"] },
  "_react.js": { file: "assets/react.js", imports: ["_shared.js"] },
  "src/call.ts": { file: "assets/call.js", imports: ["_shared.js"] },
  "src/page.css": { file: "assets/page.css" },
};

test("the first load is the entry and all it imports statically, and no lazy chunk", () => {
  expect(firstLoad(manifest)).toEqual(["assets/index.js", "assets/shared.js", "assets/react.js"]);
});

test("a chunk the page loads in any case counts with what it imports; one that is not there is refused", () => {
  expect(firstLoad(manifest, ["src/call.ts"])).toContain("assets/call.js");
  expect(() => firstLoad(manifest, ["src/gone.ts"])).toThrow("src/gone.ts");
});

test("a manifest without an entry or with a missing chunk is refused, because it would measure nothing", () => {
  expect(() => firstLoad({ "src/call.ts": { file: "assets/call.js" } })).toThrow("no entry");
  expect(() => firstLoad({ "index.html": { file: "a.js", isEntry: true, imports: ["_gone.js"] } })).toThrow("_gone.js");
});
