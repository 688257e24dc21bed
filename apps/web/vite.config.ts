import { defineConfig } from "vite";

/**
 * Builds the page into `dist`: relative addresses (any host may serve it from any folder) and a manifest, from which
 * the size check adds up what the first load costs. No plugin: JSX is compiled by Vite itself.
 */
export default defineConfig({
  base: "./",
  build: {
    target: "es2023",
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      onLog(level, log, handle) {
        // "use client" speaks to server renderers; there is none here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
      },
    },
  },
});
