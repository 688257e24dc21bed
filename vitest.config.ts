import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "apps/*/{src,test}/**/*.test.ts", "tools/*/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
