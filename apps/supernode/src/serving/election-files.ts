import { join } from "node:path";
import { type ElectionMemory, MAX_SESSIONS, noMemory } from "@skein/election";
import type { ElectionStore, NoticeStore } from "@skein/network-p2p/supernode";
import { MAX_VERSION_NOTICE_BYTES } from "@skein/wire";
import type { Logger } from "pino";
import * as v from "valibot";
import { keepJson } from "../kept-json.ts";

const time = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

const memoryForm: v.GenericSchema<ElectionMemory> = v.object({
  sessions: v.pipe(v.array(time), v.maxLength(MAX_SESSIONS)),
  forcedEnds: v.pipe(v.array(time), v.maxLength(16)),
  restUntil: time,
  session: v.optional(
    v.object({ startedAt: time, aliveAt: time, role: v.picklist(["leaf", "settling", "serving", "stepping-down"]) }),
  ),
}) as v.GenericSchema<ElectionMemory>;

const noticeForm = v.object({
  notice: v.pipe(v.string(), v.base64(), v.maxLength(MAX_VERSION_NOTICE_BYTES * 2)),
  heardAt: time,
});

/** What a node remembers of its sessions, in `<data>/election.json`. */
export function electionFile(data: string, log: Logger): ElectionStore {
  const file = keepJson(join(data, "election.json"), memoryForm, { log });
  return {
    load: async () => file.read() ?? noMemory,
    save: async (memory) => file.write(memory),
  };
}

/** The newest version notice, in `<data>/notice.json`. */
export function noticeFile(data: string, log: Logger): NoticeStore {
  const file = keepJson(join(data, "notice.json"), noticeForm, { log });
  return {
    async load() {
      const kept = file.read();
      if (kept === undefined) return undefined;
      return { notice: Uint8Array.from(Buffer.from(kept.notice, "base64")), heardAt: kept.heardAt };
    },
    save: async ({ notice, heardAt }) => file.write({ notice: Buffer.from(notice).toString("base64"), heardAt }),
  };
}
