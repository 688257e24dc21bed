import { X509Certificate } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createSeededRandom } from "@skein/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDtlsCertificate } from "./certificate.ts";
import { opusPayloadType, restartOf, sectionName, shownDescription, ufragOf } from "./description.ts";
import { nativeRelays, stunServers } from "./ice-servers.ts";
import { openRelayFence } from "./relay-fence.ts";

const LIBRARY_SDP = [
  "v=0",
  "o=rtc 370417265 0 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE audio",
  "m=audio 33006 UDP/TLS/RTP/SAVPF 96 109",
  "c=IN IP4 192.0.2.2",
  "a=mid:audio",
  "a=rtpmap:96 opus/48000/2",
  "a=ice-ufrag:7sp1",
  "a=candidate:1 1 UDP 2114977791 192.0.2.2 33006 typ host",
  "a=end-of-candidates",
  "",
].join("\r\n");

describe("descriptions", () => {
  test("[PE10] what is sent shows no address and no candidate, and says how we restart", () => {
    const shown = shownDescription(LIBRARY_SDP);
    expect(shown).not.toMatch(/192\.0\.2\.2|candidate|33006/);
    expect(shown).toContain("\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96 109\r\nc=IN IP4 0.0.0.0\r\n");
    expect(restartOf(shown)).toBe("new-connection");
    expect(restartOf(LIBRARY_SDP)).toBe("in-place");
    expect(shown.endsWith("\r\n") && !shown.endsWith("\r\n\r\n")).toBe(true);
  });

  test("[PE10] Opus, the section and the ICE user are read from any description", () => {
    expect([opusPayloadType(LIBRARY_SDP), sectionName(LIBRARY_SDP), ufragOf(LIBRARY_SDP)]).toEqual([
      96,
      "audio",
      "7sp1",
    ]);
    const without = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n";
    expect([opusPayloadType(without), sectionName(without), ufragOf(without)]).toEqual([undefined, "0", ""]);
    expect(opusPayloadType("a=rtpmap:64 opus/48000/2\r\n")).toBeUndefined();
  });
});

describe("certificates", () => {
  test("[PE10] each is self-signed with a P-256 key, holds now, and is another one", () => {
    const now = Date.UTC(2026, 5, 1);
    const random = createSeededRandom(5);
    const made = createDtlsCertificate({ random, now });
    const read = new X509Certificate(made.certificatePem);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subject).toBe("CN=skein");
    expect(read.issuer).toBe(read.subject);
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(Date.parse(read.validFrom)).toBeLessThan(now);
    expect(Date.parse(read.validTo)).toBeGreaterThan(now + 24 * 3_600_000);
    expect(made.keyPem).toContain("BEGIN PRIVATE KEY");
    const another = new X509Certificate(createDtlsCertificate({ random, now }).certificatePem);
    expect(another.serialNumber).not.toBe(read.serialNumber);
    expect(another.fingerprint256).not.toBe(read.fingerprint256);
  });
});

describe("servers of a media route", () => {
  test("[PE14] TURN over UDP and one STUN server are used, two relays at most", () => {
    const servers = [
      { urls: ["stun:192.0.2.1:3478", "stun:192.0.2.2:3478"] },
      { urls: ["turn:192.0.2.1:3481?transport=udp", "turn:[2001:db8::1]:3481"], username: "u", credential: "c" },
      { urls: ["turn:relay.example"] },
    ];
    const relay = { username: "u", password: "c", relayType: "TurnUdp" };
    expect(stunServers(servers)).toEqual(["stun:192.0.2.1:3478"]);
    expect(nativeRelays(servers)).toEqual([
      { ...relay, hostname: "192.0.2.1", port: 3481 },
      { ...relay, hostname: "2001:db8::1", port: 3481 },
    ]);
    expect(nativeRelays(servers.slice(2))[0]).toMatchObject({ hostname: "relay.example", port: 3478, username: "" });
  });

  test("[PE14] what the library cannot use or nobody can is left out", () => {
    const urls = [
      "turns:192.0.2.1",
      "turn:192.0.2.1?transport=tcp",
      "turn:192.0.2.1:99999",
      "turn:",
      "stun:a b",
      "http://x",
    ];
    expect(nativeRelays([{ urls }])).toEqual([]);
    expect(stunServers([{ urls }])).toEqual([]);
  });
});

async function socketAt(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  await once(socket.bind(0, address), "listening");
  return socket;
}

describe("the fence around a connection that may use relays only", () => {
  test("[PE14] datagrams go in and out by the door of a relay, and nobody from outside comes in", async () => {
    const relay = await socketAt("127.0.0.1");
    const { port } = relay.address();
    const fence = await openRelayFence([
      { hostname: "127.0.0.1", port, username: "u", password: "c", relayType: "TurnUdp" },
    ]);
    onTestFinished(() => fence.close());
    const door = fence.relays[0] ?? expect.fail("no door");
    expect(door).toMatchObject({ hostname: "127.0.0.1", username: "u", password: "c" });
    expect(door.port).not.toBe(port);

    const stranger = await socketAt("127.0.0.1");
    const inside = await socketAt(fence.bindAddress);
    stranger.send("from a stranger", door.port, door.hostname);
    inside.send("to the relay", door.port, door.hostname);
    const [asked, from] = await once(relay, "message");
    expect(String(asked)).toBe("to the relay");
    relay.send("from the relay", from.port, from.address);
    const [answered] = await once(inside, "message");
    expect(String(answered)).toBe("from the relay");
  });

  test.runIf(process.platform === "linux")("[PE14] from inside nothing but this machine can be reached", async () => {
    const { bindAddress, close } = await openRelayFence([]);
    onTestFinished(close);
    const inside = await socketAt(bindAddress);
    const sent = new Promise<Error | null>((resolve) => inside.send("out", 9, "192.0.2.77", resolve));
    expect(await sent).toMatchObject({ code: "EINVAL" });
  });

  test("[PE14] a relay whose name leads nowhere is left out", async () => {
    const fence = await openRelayFence([
      { hostname: "relay.invalid", port: 3478, username: "", password: "", relayType: "TurnUdp" },
    ]);
    onTestFinished(() => fence.close());
    expect(fence.relays).toEqual([]);
  });
});
