import { systemClock } from "@skein/core";
import type { Logger } from "pino";
import type { Values } from "./configuration.ts";
import type { Daemon } from "./daemon.ts";
import { get, type Handler, serve, type Web } from "./http.ts";
import { keptKey } from "./kept-key.ts";
import { listening, requireFreePorts } from "./listening.ts";
import { supernodeMetrics } from "./metrics.ts";
import { hostPage } from "./page-host.ts";
import { bootstrapAds } from "./serving/bootstrap-ads.ts";
import { openDatastore } from "./serving/kept-datastore.ts";
import { type ServingNode, startServingNode } from "./serving/serving-node.ts";
import { servingPlaces } from "./serving/serving-places.ts";
import { type DecisionLog, logDecisions } from "./status/decision-log.ts";
import { statusHandlers } from "./status/status-handlers.ts";
import type { supernodeSettings } from "./supernode-settings.ts";
import { readTlsFiles } from "./tls-files.ts";

type SupernodeValues = Values<typeof supernodeSettings>;

/**
 * Runs a supernode with its HTTP side: `/healthz`, `/metrics`, `/ad`, and the page with `--page`. Resolves when everything
 * listens. It does not wait for other supernodes: alone it serves as well. Rejects with a sentence; nothing is open then.
 */
export async function startSupernodeDaemon(values: SupernodeValues, log: Logger): Promise<Daemon> {
  const tls = readTlsFiles(values);
  const key = keptKey(values.data);
  await requireFreePorts([
    ...servingPlaces(values),
    { setting: "--http-port", transport: "tcp", listen: values.listen, port: values["http-port"] },
  ]);
  const datastore = await openDatastore(values.data);
  const opened: (() => Promise<void>)[] = [() => datastore.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const node = await startServingNode(values, {
      key,
      log,
      datastore,
      tls,
      supernodes: () => bootstrapAds(values.bootstrap, log),
    });
    const { supernode } = node;
    const decisions = logDecisions(node.election.view, systemClock.now);
    opened.push(node.stop);
    let ending: "no" | "yes" = "no";
    const { central, "page-directory": pageDirectory } = values;
    const page = values.page
      ? await hostPage({ pageDirectory, central }, { key, clock: systemClock, ads: supernode.ads })
      : [];
    const place = { listen: values.listen, port: values["http-port"], tls };
    const handlers = [
      ...supernodeHandlers(node, decisions, () => ending),
      ...statusHandlers(node, decisions, systemClock.now),
      ...page,
    ];
    const web: Web = await listening({ setting: "--http-port", ...place }, serve(place, { handlers, log }));
    // Closed last but the store, so that health says "stopping" meanwhile.
    opened.splice(1, 0, web.close);
    log.info({
      event: "supernode.up",
      id: supernode.id,
      build: node.options.build,
      role: values.role,
      addresses: supernode.addresses(),
      http: web.port,
    });
    return {
      async stop() {
        ending = "yes";
        await closeAll();
        log.info({ event: "supernode.stopped" });
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** `/healthz` is 200 until it stops, serving or not; `/ad` may be read by any page, while there is something to use. */
function supernodeHandlers(node: ServingNode, decisions: DecisionLog, ending: () => "no" | "yes"): readonly Handler[] {
  const { supernode } = node;
  const metrics = supernodeMetrics(node, decisions);
  const phase = (): string => {
    const { phase: serving } = supernode.service;
    return ending() === "yes" ? "stopping" : serving === "open" ? "serving" : serving;
  };
  return [
    get("/healthz", () => ({
      type: "application/json",
      status: ending() === "no" ? 200 : 503,
      body: JSON.stringify({ ok: ending() === "no", phase: phase(), ...supernode.status() }),
      readers: "own-pages",
    })),
    get("/metrics", async () => ({ type: metrics.contentType, body: await metrics.text(), readers: "own-pages" })),
    get("/ad", () =>
      supernode.service.phase === "idle"
        ? { type: "text/plain; charset=utf-8", status: 503, body: "it does not serve now\n", readers: "any-page" }
        : { type: "application/cbor", body: supernode.ad(), readers: "any-page" },
    ),
  ];
}
