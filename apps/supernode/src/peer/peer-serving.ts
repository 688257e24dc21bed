import { join } from "node:path";
import { systemClock, type TrafficMeter } from "@skein/core";
import type { Placements } from "@skein/network-p2p";
import type { Logger } from "pino";
import type { Values } from "../configuration.ts";
import type { Handler } from "../http.ts";
import { keptKey } from "../kept-key.ts";
import { requireFreePorts } from "../listening.ts";
import { bootstrapAds } from "../serving/bootstrap-ads.ts";
import { openDatastore } from "../serving/kept-datastore.ts";
import { startServingNode } from "../serving/serving-node.ts";
import { servingPlaces } from "../serving/serving-places.ts";
import { logDecisions } from "../status/decision-log.ts";
import { statusHandlers } from "../status/status-handlers.ts";
import type { PageHosts } from "./first-hosts.ts";
import type { peerSettings } from "./peer-settings.ts";

/** A node that serves beside the people of a process. */
export interface PeerServing {
  /** Its status, for the web side of the process. */
  readonly handlers: readonly Handler[];
  /** Never rejects. */
  stop(): Promise<void>;
}

/** What it needs. */
export interface PeerServingDependencies {
  readonly hosts: PageHosts;
  readonly log: Logger;
  readonly placements: Placements;
  /** Counts what it costs to serve others. */
  readonly meter: TrafficMeter | undefined;
}

/**
 * Starts a node that may serve, in a folder of its own (`<data>/serving`) and with a key of its own: who serves cannot be told
 * from who talks. It knows the supernodes of the page and those of `--bootstrap`. Rejects with a sentence; nothing runs then.
 */
export async function startPeerServing(
  values: Values<typeof peerSettings>,
  role: "always" | "auto",
  dependencies: PeerServingDependencies,
): Promise<PeerServing> {
  const { hosts, log, meter, placements } = dependencies;
  const data = join(values.data, "serving");
  const settings = { ...values, data, role, listen: values["serve-listen"] };
  const key = keptKey(data);
  await requireFreePorts(servingPlaces(settings));
  const datastore = await openDatastore(data);
  try {
    const node = await startServingNode(settings, {
      key,
      log,
      datastore,
      placements,
      ...(meter === undefined ? {} : { meter }),
      tls: undefined,
      supernodes: async () => (await Promise.all([hosts.ads(), bootstrapAds(values.bootstrap, log)])).flat(),
    });
    const decisions = logDecisions(node.election.view, systemClock.now);
    log.info({ event: "peer.serving", id: node.supernode.id, role, addresses: node.supernode.addresses() });
    return {
      handlers: statusHandlers(node, decisions, systemClock.now),
      async stop() {
        decisions.stop();
        await node.stop();
        await datastore.close();
      },
    };
  } catch (error) {
    await datastore.close();
    throw error;
  }
}
