import { systemClock } from "@skein/core";
import type { SupernodeStatus } from "@skein/network-p2p/supernode";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { addElectionMetrics } from "./election-metrics.ts";
import type { ServingNode } from "./serving/serving-node.ts";
import type { DecisionLog } from "./status/decision-log.ts";

/** Prometheus text of a program. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

type Read = (status: SupernodeStatus) => number;

/** The figures of a supernode and of its process; read when asked for, nothing is counted twice. */
export function supernodeMetrics(node: ServingNode, decisions: DecisionLog): Metrics {
  const { supernode } = node;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: Read): Gauge =>
    new Gauge({
      name: `skein_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read(supernode.status()));
      },
    });
  const counter = (name: string, help: string, read: Read): Counter =>
    new Counter({
      name: `skein_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read(supernode.status()));
      },
    });
  gauge("connections", "open libp2p connections", (status) => status.connections);
  gauge("relay_reservations", "leaves that are reachable through this supernode", (status) => status.reservations);
  gauge("relay_reservations_max", "most leaves it takes", (status) => status.maxReservations);
  gauge("half_open_connections", "sockets whose handshake is not done", (status) => status.halfOpen);
  gauge("unsent_bytes", "bytes that wait for peers that do not read", (status) => status.unsentBytes);
  gauge("slots", "leaves it takes now", (status) => status.slots);
  gauge("turned_away", "leaves turned away in the last minute", (status) => status.turnedAway);
  gauge("candidates", "nodes at home here that would serve", (status) => status.candidates);
  gauge("presence_records", "presence records it holds", (status) => status.records);
  gauge("presence_watchers", "leaves that watch someone", (status) => status.watchers);
  gauge("neighbours", "other supernodes it is connected to", (status) => status.neighbours);
  gauge("roster", "other supernodes that records are placed on", (status) => status.roster);
  gauge("durable_users", "users whose device list or mailbox hints it holds", (status) => status.durables);
  gauge("records_unsent", "records waiting to be sent to other holders", (status) => status.unsent);
  counter("index_lookups_total", "requests to other supernodes to find records", (status) => status.lookups);
  new Counter({
    name: "skein_records_refused_total",
    help: "records not taken, by why",
    labelNames: ["reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(supernode.status().recordsRefused)) this.inc({ reason }, count);
    },
  });
  gauge("dht_peers", "supernodes in its routing table", (status) => status.dhtPeers);
  gauge("turn_allocations", "relayed addresses held by calls", (status) => status.turn?.allocations ?? 0);
  counter("stream_bytes_sent_total", "bytes sent on libp2p streams since the start", (status) => status.bytesSent);
  counter("turn_bytes_total", "bytes relayed for calls since the start", (status) =>
    status.turn === undefined ? 0 : status.turn.bytesToPeers + status.turn.bytesToClients,
  );
  counter("turn_packets_dropped_total", "packets of calls not relayed", (status) => status.turn?.packetsDropped ?? 0);
  new Counter({
    name: "skein_refused_total",
    help: "what was turned away since the start, by reason",
    labelNames: ["reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, times] of Object.entries(supernode.status().refused)) this.inc({ reason }, times);
    },
  });
  addElectionMetrics(node, decisions, { now: systemClock.now, registry });
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
