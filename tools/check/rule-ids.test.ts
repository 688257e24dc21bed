import { expect, test } from "vitest";
import { projectFiles } from "./project-files.ts";
import { mayHoldTitles, ruleFaults, rulesIn, titleIdsIn } from "./rule-ids.ts";

test("every rule of the specification has a test and every id in a test title is a rule", () => {
  const rules = projectFiles((path) => /^docs\/spec\/.*\.md$/.test(path)).flatMap(rulesIn);
  const titles = projectFiles(mayHoldTitles).flatMap(titleIdsIn);
  console.log(`${rules.length} rules in the specification, ${titles.length} tests that name one`);
  expect(ruleFaults(rules, titles)).toEqual([]);
});

const spec = {
  path: "docs/spec/relay.md",
  text: "# Relay\n\n- **TU1** A permission lives 5 minutes.\n- **TU2** Loopback is refused.\n\nSee **TU9** above.\n",
};

test("rules are the list items that begin with a bold id", () => {
  expect(rulesIn(spec).map(({ id }) => id)).toEqual(["TU1", "TU2"]);
});

test("ids are read from every shape of title, and not from skipped tests", () => {
  const text = `
    test("[TU1] plain", () => {});
    test.each([1, 2])("[TU2] with %s", () => {});
    test.prop([fc.string()])(
      \`[TU3] [TU4] several\`, () => {});
    test.skip("[TU5] skipped", () => {});
    it.todo("[TU6] to be written");
    expect(text).toContain("see [TU7]");
  `;
  const ids = titleIdsIn({ path: "packages/relay/src/a.test.ts", text }).map(({ id }) => id);
  expect(ids).toEqual(["TU1", "TU2", "TU3", "TU4"]);
});

test("a rule without test, an id without rule and a rule written twice are each reported", () => {
  const rules = [...rulesIn(spec), { id: "TU1", path: "docs/spec/turn.md" }];
  const titles = [
    { id: "TU1", path: "a.test.ts" },
    { id: "XY1", path: "a.test.ts" },
  ];
  expect(ruleFaults(rules, titles)).toEqual([
    "docs/spec/turn.md: rule TU1 stands twice",
    "docs/spec/relay.md: rule TU2 has no test",
    "a.test.ts: no rule is called XY1",
  ]);
});
