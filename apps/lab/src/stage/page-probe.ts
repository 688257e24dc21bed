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
    // Chromium names the pair in its transport row, Firefox marks the pair itself.
    const named = rows.find((row) => row.type === "transport")?.selectedCandidatePairId;
    const pair = rows.find((row) => row.type === "candidate-pair" && (row.id === named || row.selected === true));
    const typeOf = (id: unknown): string => String(stats.get(String(id))?.candidateType);
    if (pair !== undefined) return { local: typeOf(pair.localCandidateId), remote: typeOf(pair.remoteCandidateId) };
  }
  return undefined;
}

/**
 * Loudest frequency in Hz at the end of `forMs` of what the page plays, and its level in dB; level -Infinity is silence.
 * Recorded and then looked at: a Firefox on a machine without loudspeakers runs no AudioContext but an offline one.
 */
export async function hear(forMs: number): Promise<{ hz: number; level: number }> {
  const silence = { hz: 0, level: Number.NEGATIVE_INFINITY };
  const streams = [...document.querySelectorAll("audio")].map(({ srcObject }) => srcObject as MediaStream | null);
  const stream = streams.find((each) => each?.active);
  if (!stream) return silence;
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  recorder.stop();
  await over;
  const recording = new Blob(parts);
  if (recording.size === 0) return silence;
  const sampleRate = 48_000;
  const buffer = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(await recording.arrayBuffer());
  const context = new OfflineAudioContext(1, buffer.length, sampleRate);
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(analyser).connect(context.destination);
  source.start();
  await context.startRendering();
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  const level = Math.max(...levels);
  return { hz: (levels.indexOf(level) * sampleRate) / analyser.fftSize, level };
}
