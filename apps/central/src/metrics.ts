import { Counter, Gauge, Registry } from "prom-client";

/** What the server counts; read at `/metrics`. One registry a server, so that two in one process do not mix. */
export interface Metrics {
  readonly registry: Registry;
  readonly logins: Counter<"outcome">;
  readonly requests: Counter<"kind">;
  readonly deposits: Counter<"outcome">;
  readonly pipeBytes: Counter;
  readonly ended: Counter<"why">;
}

/** Values that are read when somebody asks for the metrics. */
export interface Readings {
  sessions(): number;
  connections(): number;
  pipes(): number;
  presences(): number;
  outgoingBytes(): number;
  mail(): { readonly pieces: number; readonly sizeBytes: number };
}

/** Makes the counters. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ name: `skein_central_${name}`, help, labelNames, registers: [registry] });
  return {
    registry,
    logins: counter("logins_total", "Logins by outcome", "outcome"),
    requests: counter("requests_total", "Requests of logged-in devices by kind", "kind"),
    deposits: counter("deposits_total", "Pieces of mail offered, by outcome", "outcome"),
    pipeBytes: counter("pipe_bytes_total", "Bytes passed on between devices"),
    ended: counter("sessions_ended_total", "Sessions the server ended, by reason", "why"),
  };
}

/** Adds gauges that are read on demand. */
export function addGauges(metrics: Metrics, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `skein_central_${name}`,
      help,
      registers: [metrics.registry],
      collect() {
        this.set(read());
      },
    });
  gauge("sessions", "Devices logged in", readings.sessions);
  gauge("connections", "WebSocket connections, logged in or not", readings.connections);
  gauge("pipes", "Open pipes between devices", readings.pipes);
  gauge("presences", "Presence records kept", readings.presences);
  gauge("outgoing_bytes", "Bytes waiting to go out", readings.outgoingBytes);
  gauge("mail_pieces", "Pieces of mail kept", () => readings.mail().pieces);
  gauge("mail_bytes", "Sealed bytes of mail kept", () => readings.mail().sizeBytes);
}
