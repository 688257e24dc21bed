import type { Metrics, Stream } from "@libp2p/interface";

/** Counts the bytes a node sends on its streams, as libp2p's `metrics`: the only place that sees every stream. */
export interface BytesSent {
  readonly metrics: Metrics;
  /** Since the start; without what encryption and framing add. */
  total(): number;
}

/** Makes a count of zero. Of all the metrics libp2p offers it takes only the streams. */
export function countBytesSent(): BytesSent {
  let total = 0;
  const nothing = (): void => {};
  const none = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, observe: nothing };
  const register = () => ({ ...none, timer: () => nothing });
  const metrics = {
    trackMultiaddrConnection: nothing,
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
