import { expect, test } from "vitest";
import { type ProjectFile, projectFiles } from "./project-files.ts";

/** The index files that do not open with a module comment of more than its tag. */
function withoutModuleComment(files: readonly ProjectFile[]): string[] {
  const opens = (text: string): boolean => /^\/\*\*\n \* \S(?:(?!\*\/)[\s\S])*\n \* @module\b/.test(text);
  return files.filter(({ text }) => !opens(text)).map(({ path }) => path);
}

test("every package's index opens by saying what the package promises", () => {
  const indexes = projectFiles((path) => /^packages\/[^/]+\/src\/index\.ts$/.test(path));
  expect(indexes.length).toBeGreaterThan(0);
  expect(withoutModuleComment(indexes)).toEqual([]);
});

test("a missing comment, an empty one, one without the tag and a later one are each reported", () => {
  const good = "/**\n * Keys and names.\n *\n * @module\n */\nexport {};\n";
  const bad = ["export {};\n", "/**\n * @module\n */\n", "/**\n * Keys.\n */\nexport {};\n", `import "a";\n${good}`];
  const files = [good, ...bad].map((text, index) => ({ path: `${index}`, text }));
  expect(withoutModuleComment(files)).toEqual(["1", "2", "3", "4"]);
});
