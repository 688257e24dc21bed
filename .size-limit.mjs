import { firstLoadOf } from "./tools/check/first-load.mjs";

/** Loaded beside the first drawing, always: networks, messages, calls. */
const CLIENT = "src/session/start-client.ts";

/** What a browser fetches and parses until the page is online. */
export default [
  {
    name: "first load of the page until it is online, JS",
    path: firstLoadOf("apps/web/dist", [CLIENT]),
    gzip: true,
    limit: "300 KiB",
  },
];
