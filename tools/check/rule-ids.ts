import { isTestPath, type ProjectFile } from "./project-files.ts";

/** A rule or a test title that names one: the id and where it stands. */
export interface Mention {
  readonly id: string;
  readonly path: string;
}

/** Whether a file may hold test titles: a test, or a contract suite in testkit. The checks' own examples are left out. */
export function mayHoldTitles(path: string): boolean {
  return (isTestPath(path) && !path.startsWith("tools/check/")) || path.startsWith("packages/testkit/src/");
}

/** The rules of a page of docs/spec: every line that begins `- **TU4** …`. */
export function rulesIn({ path, text }: ProjectFile): Mention[] {
  return [...text.matchAll(/^- \*\*([A-Z]{2,4}\d+)\*\* \S/gm)].map((match) => ({ id: match[1] ?? "", path }));
}

/**
 * The ids that begin the titles of the tests in a file, as in `test("[TU4] …")` or `test("[TU4] [TU5] …")`. A skipped
 * test or one to be written proves nothing: its ids do not count.
 */
export function titleIdsIn({ path, text }: ProjectFile): Mention[] {
  return [...text.matchAll(/(\.(?:skip|todo))?\(\s*["'`]((?:\[[A-Z]{2,4}\d+\] ?)+)/g)]
    .filter((match) => match[1] === undefined)
    .flatMap((match) => [...(match[2] ?? "").matchAll(/[A-Z]+\d+/g)])
    .map((match) => ({ id: match[0], path }));
}

/** What is wrong between rules and titles, one sentence each. */
export function ruleFaults(rules: readonly Mention[], titles: readonly Mention[]): string[] {
  const ruleIds = new Set(rules.map(({ id }) => id));
  const titleIds = new Set(titles.map(({ id }) => id));
  const twice = rules.filter(({ id }, index) => rules.findIndex((other) => other.id === id) !== index);
  return [
    ...twice.map(({ id, path }) => `${path}: rule ${id} stands twice`),
    ...rules.filter(({ id }) => !titleIds.has(id)).map(({ id, path }) => `${path}: rule ${id} has no test`),
    ...titles.filter(({ id }) => !ruleIds.has(id)).map(({ id, path }) => `${path}: no rule is called ${id}`),
  ];
}
