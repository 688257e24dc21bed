/** What the browser offers here, as found by {@link lookAround}. */
export interface Surroundings {
  readonly secure: boolean;
  readonly webrtc: boolean;
  /** Names of needed features that are missing, apart from WebRTC. */
  readonly missing: readonly string[];
  /** Address of the page, without the part after `#`. */
  readonly address: string;
}

/** Whether Skein can run here, and if not, why. */
export type Verdict =
  | { readonly kind: "fit" }
  | { readonly kind: "insecure"; readonly address: string }
  | { readonly kind: "no-webrtc" }
  | { readonly kind: "old"; readonly missing: readonly string[] };

/** Judges the surroundings. An insecure origin comes first: it is the cause of most of what is missing. Rules WB3, WB4. */
export function judge(found: Surroundings): Verdict {
  if (!found.secure) return { kind: "insecure", address: found.address };
  if (!found.webrtc) return { kind: "no-webrtc" };
  return found.missing.length === 0 ? { kind: "fit" } : { kind: "old", missing: found.missing };
}

/** Looks at a browser's global object for what Skein needs. */
export function lookAround(scope: typeof globalThis): Surroundings {
  const needed: readonly (readonly [string, unknown])[] = [
    ["WebCrypto (crypto.subtle)", scope.crypto?.subtle],
    ["Web Locks", scope.navigator?.locks],
    ["access to the microphone", scope.navigator?.mediaDevices],
    ["IndexedDB", scope.indexedDB],
    ["BroadcastChannel", scope.BroadcastChannel],
  ];
  return {
    secure: scope.isSecureContext,
    webrtc: scope.RTCPeerConnection !== undefined,
    missing: needed.filter(([, feature]) => feature === undefined).map(([name]) => name),
    address: `${scope.location.origin}${scope.location.pathname}`,
  };
}
