import { createWriteStream, mkdirSync, renameSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";

/** A log file that is renamed to `….old` when it is this long, so that a network left running fills no disk. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const KEPT_LINES = 12;
const MAX_LINE_CHARS = 400;

/** Where a service's output goes: a bounded file, and its last lines in memory to show when it dies. */
export interface ServiceLog {
  write(chunk: string): void;
  /** The last lines written, oldest first; at most 12, each cut to 400 characters. */
  lastLines(): readonly string[];
  /** Resolves when all is on disk. */
  close(): Promise<void>;
}

/** Opens a log; the file of an earlier run is kept as `….old`. */
export function openServiceLog(path: string): ServiceLog {
  mkdirSync(dirname(path), { recursive: true });
  let file = freshFile(path);
  let sizeBytes = 0;
  let lines: string[] = [];
  let unfinished = "";
  return {
    write(chunk) {
      sizeBytes += Buffer.byteLength(chunk);
      if (sizeBytes > MAX_LOG_BYTES) {
        file.end();
        file = freshFile(path);
        sizeBytes = Buffer.byteLength(chunk);
      }
      file.write(chunk);
      const parts = `${unfinished}${chunk}`.split("\n");
      unfinished = (parts.pop() ?? "").slice(0, MAX_LINE_CHARS);
      const whole = parts.filter(isTelling).map((line) => line.slice(0, MAX_LINE_CHARS));
      lines = [...lines, ...whole].slice(-KEPT_LINES);
    },
    lastLines: () => (unfinished === "" ? lines : [...lines, unfinished].slice(-KEPT_LINES)),
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

/** A crash ends in a stack as long as our memory: its frames are for the file, its message is for the person. */
function isTelling(line: string): boolean {
  return line.trim() !== "" && !/^\s+at /.test(line);
}

function freshFile(path: string): WriteStream {
  try {
    renameSync(path, `${path}.old`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const file = createWriteStream(path);
  // A full disk must not end the network; the last lines are still in memory.
  file.on("error", () => {});
  return file;
}
