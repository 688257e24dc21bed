import type { Settings } from "../configuration.ts";

/** Settings of `skein notice key`. */
export const keySettings = {
  key: { kind: "text", help: "file to keep the operator's secret key in", fallback: "./skein-operator.key" },
} as const satisfies Settings;

/** Settings of `skein notice sign`. */
export const signSettings = {
  ...keySettings,
  out: { kind: "text", help: "file to write the notice to", fallback: "./skein-notice" },
  sequence: { kind: "count", help: "its number: higher than that of every notice before" },
  "minimum-version": { kind: "version", help: "lower versions may not serve", fallback: "0.1.0" },
  proven: { kind: "builds", help: "builds free of the diversity cap" },
  revoked: { kind: "builds", help: "builds that stop serving" },
  election: {
    kind: "choice",
    choices: ["open", "frozen", "closed"],
    help: "nobody starts; those elected also stop",
    fallback: "open",
  },
  days: { kind: "count", help: "life, 90 at most", fallback: "30" },
} as const satisfies Settings;

/** Settings of `skein notice show`. */
export const showSettings = {
  notice: { kind: "text", help: "file of a signed notice", fallback: "./skein-notice" },
  "operator-key": { kind: "key", help: "whose notices count; left out: anybody's" },
} as const satisfies Settings;
