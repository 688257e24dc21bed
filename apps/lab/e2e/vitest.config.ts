import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["apps/lab/e2e/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Browsers and five programs at a time are enough for two cores.
    fileParallelism: false,
  },
});
