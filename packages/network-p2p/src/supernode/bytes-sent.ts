import type { Metrics, MultiaddrConnection, Stream } from "@libp2p/interface";
import type { TrafficMeter } from "@skein/core";
import { countConnection } from "../metered.ts";

/** Counts the bytes a node sends on its streams, as libp2p's `metrics`: the only place that sees every stream. */
export interface BytesSent {
  readonly metrics: Metrics;
  /** Since the start; without what encryption and framing add. */
  total(): number;
}

/** Makes a count of zero. All that crosses the node's connections goes to `meter` as well: the node is there for others. */
export function countBytesSent(meter?: TrafficMeter): BytesSent {
  let total = 0;
  const nothing = (): void => {};
  const none = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, observe: nothing };
  const register = () => ({ ...none, timer: () => nothing });
  const metrics = {
    trackMultiaddrConnection(connection: MultiaddrConnection) {
      if (meter !== undefined) countConnection(connection, meter, "others");
    },
    // Listening to what arrives would take a stream's first messages from its handler; wrapping what leaves takes nothing.
    trackProtocolStream(stream: Stream) {
      const send = stream.send.bind(stream);
      stream.send = (data) => {
        total += data.byteLength;
        return send(data);
      };
    },
    registerMetric: register,
    registerMetricGroup: register,
    registerCounter: register,
    registerCounterGroup: register,
    registerHistogram: register,
    registerHistogramGroup: register,
    registerSummary: register,
    registerSummaryGroup: register,
    traceFunction: <F>(_name: string, traced: F): F => traced,
    createTrace: () => undefined,
  };
  return { metrics: metrics as unknown as Metrics, total: () => total };
}
