/**
 * Media without sound or packets, for tests of what stands on calls.
 *
 * Main path: `fake-media.ts`. Left out: everything a real browser decides; `test/chromium.test.ts` sees to that.
 *
 * @module
 */
export { createFakeAir, type FakeAir, type FakeConnection, type FakeMedia, type FakeMicrophone } from "./fake-media.ts";
