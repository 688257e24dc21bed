import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "rolldown";

const STATUS_PAGE = "src/status/page";

/** Puts the files of the status page where the program looks for them (`src/program-files.ts`). */
const statusPage: Plugin = {
  name: "status-page",
  buildStart() {
    for (const name of readdirSync(STATUS_PAGE))
      this.emitFile({ type: "asset", fileName: `status/page/${name}`, source: readFileSync(`${STATUS_PAGE}/${name}`) });
  },
};

/**
 * Puts the daemon's thirteen hundred modules into a few files, from which it starts in a fraction of the time
 * (docs/decisions/0014-bundled-daemon.md). What has native code or a process of its own stays a package.
 */
export default defineConfig({
  input: { main: "src/main.ts", "peer/native/native-child": "src/peer/native/native-child.ts" },
  platform: "node",
  external: [/^node:/, /^node-datachannel(\/|$)/, "@evan/opus", "datastore-level", "pino"],
  plugins: [statusPage],
  // Chunks lie in one folder: what they find by `import.meta.url` is where it is from `src`.
  output: { dir: "build", format: "esm", cleanDir: true, chunkFileNames: "[name]-[hash].js" },
});
