import type { Metrics, MultiaddrConnection } from "@libp2p/interface";
import type { TrafficMeter, TrafficShare } from "@skein/core";

/** What of a raw connection carries its bytes: every subclass of libp2p's AbstractMessageStream (@libp2p/utils 7.4) has it. */
interface RawConnection {
  onData(data: { readonly byteLength: number }): void;
  sendData(data: { readonly byteLength: number }): unknown;
}

/**
 * Counts the messages of every raw connection of a node, by libp2p's own hook for metrics. Connections through a relay ride
 * on one that is counted already; WebRTC ones carry nothing themselves, so the channels over them are counted instead.
 */
export function metered(meter: TrafficMeter): () => Metrics {
  return () => ({
    trackMultiaddrConnection(connection) {
      countConnection(connection, meter, "mine");
    },
    trackProtocolStream() {},
    registerMetric: () => nothing,
    registerMetricGroup: () => nothing,
    registerCounter: () => nothing,
    registerCounterGroup: () => nothing,
    registerHistogram: () => nothing,
    registerHistogramGroup: () => nothing,
    registerSummary: () => nothing,
    registerSummaryGroup: () => nothing,
    traceFunction: <Traced>(_name: string, traced: Traced) => traced,
    createTrace: () => undefined,
  });
}

/** Counts the messages of a raw connection from now on, unless it goes through a relay. */
export function countConnection(connection: MultiaddrConnection, meter: TrafficMeter, share: TrafficShare): void {
  if (isRelayed(connection) || !isRaw(connection)) return;
  const { onData, sendData } = connection;
  connection.onData = (data) => {
    meter.count(data.byteLength, share);
    onData.call(connection, data);
  };
  connection.sendData = (data) => {
    meter.count(data.byteLength, share);
    return sendData.call(connection, data);
  };
}

function isRaw(connection: object): connection is RawConnection {
  return "onData" in connection && "sendData" in connection;
}

function isRelayed({ remoteAddr }: MultiaddrConnection): boolean {
  return remoteAddr.getComponents().some(({ name }) => name === "p2p-circuit");
}

/** A metric nobody reads. */
const nothing = {
  update() {},
  increment() {},
  decrement() {},
  reset() {},
  observe() {},
  timer: () => () => {},
};
