import { firstLoadOf } from "./tools/check/first-load.mjs";

/** What a browser must fetch and parse before the page shows anything. */
export default [
  { name: "first load of the page, JS", path: firstLoadOf("apps/web/dist"), gzip: true, limit: "300 KiB" },
];
