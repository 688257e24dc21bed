import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, systemRandom } from "@skein/core";
import { createSupernode, type SupernodeOptions } from "@skein/network-p2p/supernode";
import { LevelDatastore } from "datastore-level";
import type { Logger } from "pino";
import { BUILD } from "./build.ts";
import { ConfigurationError, type Values } from "./configuration.ts";
import { get, serve } from "./http.ts";
import { keptKey } from "./kept-key.ts";
import { reportTo } from "./log.ts";
import { supernodeMetrics } from "./metrics.ts";
import { fetchAds, hostPage } from "./page-host.ts";
import { announcedAddress, type supernodeSettings, tlsFiles } from "./supernode-settings.ts";

/** How long another supernode may take to give its ad, in ms. */
const BOOTSTRAP_TIMEOUT_MS = 3_000;

/** What `--allow-private` opens: RFC 1918, carrier NAT, loopback and link-local addresses. */
const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
];

/** A daemon that runs. */
export interface Daemon {
  stop(): Promise<void>;
}

/**
 * Runs a supernode with its HTTP side: `/healthz`, `/metrics`, `/ad`, and the page with `--page`. Resolves when everything
 * listens. It does not wait for other supernodes: alone it serves as well.
 */
export async function startSupernodeDaemon(values: Values<typeof supernodeSettings>, log: Logger): Promise<Daemon> {
  if (values.role !== "always") {
    throw new ConfigurationError(`--role ${values.role}: only "always" is known; election comes later`);
  }
  const key = keptKey(values.data);
  const datastore = new LevelDatastore(join(values.data, "libp2p"));
  await datastore.open();
  const supernode = await createSupernode(supernodeOptions(values), {
    key,
    clock: systemClock,
    random: systemRandom,
    report: reportTo(log),
    datastore,
    supernodes: () => fetchAds(values.bootstrap, { clock: systemClock, timeoutMs: BOOTSTRAP_TIMEOUT_MS }),
  });
  const metrics = supernodeMetrics(supernode);
  const page = values.page
    ? hostPage(
        { pageDirectory: values["page-directory"], central: values.central },
        { key, clock: systemClock, ads: supernode.ads },
      )
    : [];
  const web = await serve({ listen: values.listen, port: values["http-port"], tls: tlsFiles(values) }, [
    get("/healthz", () => ({ type: "application/json", body: JSON.stringify({ ok: true, ...supernode.status() }) })),
    get("/metrics", async () => ({ type: metrics.contentType, body: await metrics.text() })),
    get("/ad", () => ({ type: "application/cbor", body: supernode.ad() })),
    ...page,
  ]);
  log.info({ event: "supernode.up", id: supernode.id, build: BUILD, addresses: supernode.addresses(), http: web.port });
  return {
    async stop() {
      await web.close();
      await supernode.stop();
      await datastore.close();
      log.info({ event: "supernode.stopped" });
    },
  };
}

function supernodeOptions(values: Values<typeof supernodeSettings>): SupernodeOptions {
  const { listen, "ws-port": wsPort, "webrtc-port": webrtcPort } = values;
  const tls = tlsFiles(values);
  const webSocket = tls === undefined ? "ws" : "tls/ws";
  const outside = announcedAddress(values);
  const webSocketHost = values["announce-name"] === undefined ? `ip4/${outside}` : `dns4/${values["announce-name"]}`;
  return {
    listen: [`/ip4/${listen}/tcp/${wsPort}/${webSocket}`, `/ip4/${listen}/udp/${webrtcPort}/webrtc-direct`],
    announce: [`/${webSocketHost}/tcp/${wsPort}/${webSocket}`, `/ip4/${outside}/udp/${webrtcPort}/webrtc-direct`],
    ...(tls === undefined
      ? {}
      : { tls: { certificate: readFileSync(tls.certFile, "utf8"), key: readFileSync(tls.keyFile, "utf8") } }),
    build: BUILD,
    policy: values["allow-private"] ? "any" : "public",
    maxReservations: values["max-reservations"],
    turn: {
      listenAddress: listen,
      listenPort: values["turn-port"],
      publicAddress: outside,
      ...(values["allow-private"] ? { peers: { kind: "public-and", networks: PRIVATE_NETWORKS } as const } : {}),
    },
  };
}
