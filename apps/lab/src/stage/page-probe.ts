/**
 * Runs inside the page before its own scripts: keeps the product's events and the peer connections it makes, so that a
 * test can look at them. Self-contained: it is sent as source text.
 */
export function installProbe(): void {
  const probe = { events: [] as object[], connections: [] as RTCPeerConnection[] };
  Object.assign(window, { skeinProbe: probe });
  window.addEventListener("skein:event", (event) => {
    probe.events.push({ at: Date.now(), ...(event as CustomEvent<object>).detail });
  });
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      const connection = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
      probe.connections.push(connection);
      return connection;
    },
  });
}

/** What {@link installProbe} left in the page. */
export interface Probe {
  /** The product's events, each with the time it was seen, ms since 1970. */
  readonly events: readonly ({ readonly at: number; readonly name: string } & Record<string, unknown>)[];
  readonly connections: readonly RTCPeerConnection[];
}

/** Candidate types of the pair that carries audio: local, remote. `undefined` while there is none. */
export async function selectedPair(): Promise<{ local: string; remote: string } | undefined> {
  const { connections } = (window as unknown as { skeinProbe: Probe }).skeinProbe;
  for (const connection of [...connections].reverse()) {
    if (connection.connectionState !== "connected") continue;
    const stats = await connection.getStats();
    const rows = [...stats.values()] as Record<string, unknown>[];
    if (!rows.some((row) => row.type === "inbound-rtp" && row.kind === "audio")) continue;
    const transport = rows.find((row) => row.type === "transport");
    const pair = stats.get(String(transport?.selectedCandidatePairId)) as Record<string, unknown> | undefined;
    const typeOf = (id: unknown): string => String(stats.get(String(id))?.candidateType);
    if (pair !== undefined) return { local: typeOf(pair.localCandidateId), remote: typeOf(pair.remoteCandidateId) };
  }
  return undefined;
}

/** Loudest frequency in Hz of what the page plays, averaged over `forMs`, and its level in dB; level -Infinity is silence. */
export async function hear(forMs: number): Promise<{ hz: number; level: number }> {
  const element = [...document.querySelectorAll("audio")].find((audio) => audio.srcObject !== null);
  if (element === undefined) return { hz: 0, level: Number.NEGATIVE_INFINITY };
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(element.srcObject as MediaStream).connect(analyser);
  const sums = new Float64Array(analyser.frequencyBinCount);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatFrequencyData(bins);
    for (const [index, level] of bins.entries()) sums[index] = (sums[index] ?? 0) + 10 ** (level / 20);
  }
  const loudest = sums.indexOf(Math.max(...sums));
  const level = 20 * Math.log10((sums[loudest] ?? 0) / Math.max(1, forMs / 50));
  const hz = (loudest * context.sampleRate) / analyser.fftSize;
  await context.close();
  return { hz, level };
}
