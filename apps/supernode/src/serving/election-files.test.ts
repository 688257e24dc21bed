import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noMemory } from "@skein/election";
import pino from "pino";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/program.ts";
import { electionFile, noticeFile } from "./election-files.ts";

function logged(): { readonly log: pino.Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: pino({}, { write: (line: string) => void lines.push(line) }), lines };
}

test("[SU20] what a node remembers of its election comes back as it was", async () => {
  const data = temporaryFolder();
  const { log } = logged();
  expect(await electionFile(data, log).load()).toEqual(noMemory);
  expect(await noticeFile(data, log).load()).toBeUndefined();
  const session = { startedAt: 1, aliveAt: 2, role: "serving" } as const;
  const memory = { sessions: [5, 6], forcedEnds: [7], restUntil: 8, session };
  await electionFile(data, log).save(memory);
  expect(await electionFile(data, log).load()).toEqual(memory);
  const kept = { notice: Uint8Array.of(1, 2, 3), heardAt: 9 };
  await noticeFile(data, log).save(kept);
  expect(await noticeFile(data, log).load()).toEqual(kept);
});

test.each(["", "{", "null", '{"sessions":[-1],"forcedEnds":[],"restUntil":0}', `{"sessions":[${"1,".repeat(40)}1]}`])(
  "[SU20] a damaged memory %j is set aside and logged, and the node begins anew",
  async (content) => {
    const data = temporaryFolder();
    const path = join(data, "election.json");
    writeFileSync(path, content);
    const { lines, log } = logged();
    expect(await electionFile(data, log).load()).toEqual(noMemory);
    expect(readFileSync(`${path}.damaged`, "utf8")).toBe(content);
    expect(existsSync(path)).toBe(false);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, event: "file.damaged", path, keptAs: `${path}.damaged` }),
    ]);
  },
);
