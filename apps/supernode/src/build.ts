import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** What this program calls itself to others; self-declared, it proves nothing. */
export const BUILD: string = `skein-${version}`;
