import { join } from "node:path";
import { systemClock, systemRandom } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { createSupernode, type Supernode, type SupernodeOptions } from "@skein/network-p2p/supernode";
import { LevelDatastore } from "datastore-level";
import type { Logger } from "pino";
import { BUILD } from "./build.ts";
import type { Values } from "./configuration.ts";
import type { Daemon } from "./daemon.ts";
import { fetchAd } from "./fetch-ad.ts";
import { get, type Handler, serve, type Web } from "./http.ts";
import { keptKey } from "./kept-key.ts";
import { listening, requireFreePorts } from "./listening.ts";
import { reportTo } from "./log.ts";
import { supernodeMetrics } from "./metrics.ts";
import { oneLine } from "./one-line.ts";
import { hostPage } from "./page-host.ts";
import { announcedAddress, type supernodeSettings } from "./supernode-settings.ts";
import { readTlsFiles, type TlsFiles } from "./tls-files.ts";

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

type SupernodeValues = Values<typeof supernodeSettings>;

/**
 * Runs a supernode with its HTTP side: `/healthz`, `/metrics`, `/ad`, and the page with `--page`. Resolves when everything
 * listens. It does not wait for other supernodes: alone it serves as well. Rejects with a sentence; nothing is open then.
 */
export async function startSupernodeDaemon(values: SupernodeValues, log: Logger): Promise<Daemon> {
  const tls = readTlsFiles(values);
  const key = keptKey(values.data);
  await requireFreePorts(portsOf(values));
  const datastore = await openDatastore(values.data);
  const opened: (() => Promise<void>)[] = [() => datastore.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const supernode = await createSupernode(supernodeOptions(values, tls), {
      key,
      clock: systemClock,
      random: systemRandom,
      report: reportTo(log),
      datastore,
      supernodes: () => bootstrapAds(values.bootstrap, log),
    });
    opened.push(supernode.stop);
    let phase: "serving" | "stopping" = "serving";
    const { central, "page-directory": pageDirectory } = values;
    const page = values.page
      ? await hostPage({ pageDirectory, central }, { key, clock: systemClock, ads: supernode.ads })
      : [];
    const place = { listen: values.listen, port: values["http-port"], tls };
    const handlers = [...supernodeHandlers(supernode, () => phase), ...page];
    const web: Web = await listening({ setting: "--http-port", ...place }, serve(place, { handlers, log }));
    // Closed last but the store, so that health says "stopping" meanwhile.
    opened.splice(1, 0, web.close);
    log.info({
      event: "supernode.up",
      id: supernode.id,
      build: BUILD,
      addresses: supernode.addresses(),
      http: web.port,
    });
    return {
      async stop() {
        phase = "stopping";
        await closeAll();
        log.info({ event: "supernode.stopped" });
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** `/healthz` is 200 while it serves and 503 from the moment it stops; `/ad` may be read by any page. */
function supernodeHandlers(supernode: Supernode, phase: () => "serving" | "stopping"): readonly Handler[] {
  const metrics = supernodeMetrics(supernode);
  return [
    get("/healthz", () => ({
      type: "application/json",
      status: phase() === "serving" ? 200 : 503,
      body: JSON.stringify({ ok: phase() === "serving", phase: phase(), ...supernode.status() }),
      readers: "own-pages",
    })),
    get("/metrics", async () => ({ type: metrics.contentType, body: await metrics.text(), readers: "own-pages" })),
    get("/ad", () => ({ type: "application/cbor", body: supernode.ad(), readers: "any-page" })),
  ];
}

async function openDatastore(data: string): Promise<LevelDatastore> {
  const datastore = new LevelDatastore(join(data, "libp2p"));
  try {
    await datastore.open();
    return datastore;
  } catch (error) {
    throw new Error(`--data ${data}: in use by another supernode, or damaged (${oneLine(rootOf(error))})`, {
      cause: error,
    });
  }
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

function portsOf(values: SupernodeValues): Parameters<typeof requireFreePorts>[0] {
  const { listen } = values;
  return [
    { setting: "--ws-port", transport: "tcp", listen, port: values["ws-port"] },
    { setting: "--http-port", transport: "tcp", listen, port: values["http-port"] },
    { setting: "--webrtc-port", transport: "udp", listen, port: values["webrtc-port"] },
    { setting: "--turn-port", transport: "udp", listen, port: values["turn-port"] },
  ];
}

async function bootstrapAds(addresses: readonly string[], log: Logger): Promise<readonly SupernodeAd[]> {
  const ask = async (address: string): Promise<readonly SupernodeAd[]> => {
    const answer = await fetchAd(address, { clock: systemClock, timeoutMs: BOOTSTRAP_TIMEOUT_MS });
    if (answer.kind === "ad") return [answer.ad];
    log.debug({ event: "supernode.no-ad", address, reason: answer.reason });
    return [];
  };
  return (await Promise.all(addresses.map(ask))).flat();
}

function supernodeOptions(values: SupernodeValues, tls: TlsFiles | undefined): SupernodeOptions {
  const { listen, "ws-port": wsPort, "webrtc-port": webrtcPort, "announce-name": name } = values;
  const webSocket = tls === undefined ? "ws" : "tls/ws";
  const outside = announcedAddress(values);
  const webSocketHost = name === undefined ? `ip4/${outside}` : `dns4/${name}`;
  return {
    listen: [`/ip4/${listen}/tcp/${wsPort}/${webSocket}`, `/ip4/${listen}/udp/${webrtcPort}/webrtc-direct`],
    announce: [`/${webSocketHost}/tcp/${wsPort}/${webSocket}`, `/ip4/${outside}/udp/${webrtcPort}/webrtc-direct`],
    ...(tls === undefined ? {} : { tls }),
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
