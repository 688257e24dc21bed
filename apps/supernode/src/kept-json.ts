import { renameSync } from "node:fs";
import type { Logger } from "pino";
import * as v from "valibot";
import { readWhole, writeWhole } from "./atomic-file.ts";
import { oneLine } from "./one-line.ts";

/** A small file of JSON that outlives the process. */
export interface KeptJson<T> {
  /** What was written last; `undefined` when there is none. Never throws: a damaged file is set aside and logged. */
  read(): T | undefined;
  /** Throws the system's error. */
  write(value: T): void;
}

/** Keeps values of this form at `path`. A file that is none of that form is renamed to `<path>.damaged`. */
export function keepJson<T>(path: string, form: v.GenericSchema<T>, { log }: { readonly log: Logger }): KeptJson<T> {
  return {
    read() {
      try {
        const text = readWhole(path);
        return text === undefined ? undefined : v.parse(form, JSON.parse(text));
      } catch (error) {
        log.warn({ event: "file.damaged", path, reason: oneLine(error), keptAs: setAside(path) });
        return undefined;
      }
    },
    write: (value) => writeWhole(path, `${JSON.stringify(value)}\n`),
  };
}

function setAside(path: string): string | undefined {
  const aside = `${path}.damaged`;
  try {
    renameSync(path, aside);
    return aside;
  } catch {
    return undefined;
  }
}
