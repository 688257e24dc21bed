import { Buffer } from "node:buffer";
import { type SupernodeAd, verifyAd } from "@skein/identity";

/** Bytes as text for `process.send`. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Reads ads that must hold. */
export function checkedAds(texts: readonly string[]): readonly SupernodeAd[] {
  return texts.map((text) => {
    const ad = verifyAd(Uint8Array.from(Buffer.from(text, "base64")), Date.now());
    if (!ad.ok) throw new Error(ad.reason);
    return ad.value;
  });
}
