import { sha256 } from "@noble/hashes/sha2.js";
import type { StatisticsEntry } from "../quality/statistics.ts";
import type { Microphone, PeerConnection, PeerConnectionEvents, PeerConnectionOptions } from "./media.ts";

/** The one audio section of our descriptions has this index and name. */
const SECTION = { sdpMid: "0", sdpMLineIndex: 0 } as const;

/** A connection over the browser's RTCPeerConnection. `trackOf` gives the track behind a microphone. */
export function createBrowserConnection(
  options: PeerConnectionOptions,
  events: PeerConnectionEvents,
  trackOf: (microphone: Microphone) => MediaStreamTrack | null,
): PeerConnection {
  const connection = new RTCPeerConnection(configurationOf(options));
  watch(connection, events);

  return {
    async offer({ restart }) {
      if (connection.getTransceivers().length === 0) connection.addTransceiver("audio", { direction: "sendrecv" });
      if (restart) connection.restartIce();
      const offer = await connection.createOffer();
      await connection.setLocalDescription(offer);
      // As made, before candidates are added to it: they travel on their own.
      return offer.sdp ?? "";
    },
    async answer(sdp) {
      await connection.setRemoteDescription({ type: "offer", sdp });
      // The offer made a transceiver that only receives; we shall want to speak without asking again.
      for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv";
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      return answer.sdp ?? "";
    },
    accept: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),
    addCandidate: (candidate, usernameFragment) =>
      connection.addIceCandidate({ ...SECTION, candidate, usernameFragment }),
    configure: (next) => connection.setConfiguration(configurationOf(next)),
    async send(microphone) {
      await connection.getTransceivers()[0]?.sender.replaceTrack(trackOf(microphone));
    },
    async remoteFingerprint() {
      const certificate = transportOf(connection)?.getRemoteCertificates?.()[0];
      return certificate === undefined ? undefined : sha256(new Uint8Array(certificate));
    },
    async statistics() {
      const entries: StatisticsEntry[] = [];
      (await connection.getStats()).forEach((entry) => {
        entries.push(entry as StatisticsEntry);
      });
      return entries;
    },
    close: () => connection.close(),
  };
}

function configurationOf({ iceServers, policy }: PeerConnectionOptions): RTCConfiguration {
  return {
    iceServers: iceServers.map(({ urls, ...credentials }) => ({ ...credentials, urls: [...urls] })),
    iceTransportPolicy: policy,
    bundlePolicy: "max-bundle",
  };
}

function watch(connection: RTCPeerConnection, events: PeerConnectionEvents): void {
  connection.onicecandidate = ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== "")
      events.candidate(candidate.candidate, candidate.usernameFragment ?? "");
  };
  connection.onicegatheringstatechange = () => {
    if (connection.iceGatheringState === "complete") events.gathered();
  };
  connection.ontrack = ({ track }) => {
    events.voice({ voice: new MediaStream([track]) });
    // A remote track is muted until its first packets: the earliest sign there is, statistics lag by up to a second.
    track.addEventListener("unmute", () => events.arriving());
    const transport = transportOf(connection);
    // The other side's goodbye shows here and nowhere else: ICE takes 15 s to notice.
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed") events.state("closed");
    });
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "connected") events.state("connected");
    if (connection.connectionState === "disconnected") events.state("interrupted");
    if (connection.connectionState === "failed")
      events.state(transportOf(connection)?.state === "failed" ? "encryption-failed" : "failed");
  };
}

function transportOf(connection: RTCPeerConnection): RTCDtlsTransport | null | undefined {
  return connection.getReceivers()[0]?.transport;
}
