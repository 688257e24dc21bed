import { expect, test } from "vitest";
import { type ProjectFile, projectFiles } from "./project-files.ts";

// Put together here, so that this file does not hold what it looks for.
const UNFINISHED = ["TO", "FIX"].map((start, index) => `${start}${["DO", "ME"][index]}`);
const MACHINE_FOLDERS = ["work", "Users", "home", "root"];

const FORBIDDEN = [
  { what: "unfinished work", pattern: new RegExp(`\\b(?:${UNFINISHED.join("|")})\\b`) },
  // The home folder of the user `node` stands in every official Node image.
  {
    what: "a path of one machine",
    pattern: new RegExp(`(?<![\\w.$})*-])/(?:${MACHINE_FOLDERS.join("|")})/(?!node\\b)`),
  },
];

/** The lines that hold what must not stand in the project, one sentence each. */
function forbiddenWords(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(
          ({ what }) => `${path}:${index + 1}: ${what}: ${line}`,
        ),
      ),
  );
}

test("nothing in the project is left to do later or names a folder of one machine", () => {
  const files = projectFiles((path) => !/\.(png|ico|woff2|wasm|jpg|wav)$/.test(path));
  expect(files.length).toBeGreaterThan(50);
  expect(forbiddenWords(files)).toEqual([]);
});

test("each forbidden word is reported, and addresses and folders inside the project are not", () => {
  const text = [
    `// ${UNFINISHED[0]}: later`,
    `/* ${UNFINISHED[1]} */`,
    `const file = "/${MACHINE_FOLDERS[0]}/main/a.ts";`,
    `cd /${MACHINE_FOLDERS[2]}/alice/skein`,
    `https://example.org/${MACHINE_FOLDERS[0]}/a`,
    `WORKDIR /${MACHINE_FOLDERS[2]}/node/app`,
    `import "./${MACHINE_FOLDERS[0]}/a.ts"; // todos`,
  ].join("\n");
  const found = forbiddenWords([{ path: "a.ts", text }]).map((fault) => fault.split(":")[1]);
  expect(found).toEqual(["1", "2", "3", "4"]);
});
