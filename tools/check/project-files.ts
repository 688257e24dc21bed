import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the project: its path from the root with forward slashes, and its text. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The project's root folder. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** Every file git tracks or would track, so that a check also sees what is about to be committed. */
function listPaths(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}

/** The project's files whose path is wanted, with their text. Test vectors and patches are others' work: never given. */
export function projectFiles(wanted: (path: string) => boolean): ProjectFile[] {
  return listPaths()
    .filter((path) => !/(^|\/)(vectors|patches)\//.test(path) && wanted(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Whether a file is a test or serves only tests. */
export function isTestPath(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /^(packages|apps)\/[^/]+\/(test|bench|e2e)\//.test(path);
}

/** Source text with its comments blanked out (line numbers kept), so that a check does not read prose as code. */
export function withoutComments(source: string): string {
  return source.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (match: string, literal: string | undefined) => literal ?? match.replace(/[^\n]/g, " "),
  );
}
