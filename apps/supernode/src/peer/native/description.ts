/** The one audio section of our descriptions has this name. */
export const SECTION_NAME = "0";

/**
 * What we write into our descriptions and look for in theirs: "asked to restart ICE, I make a new connection with the same
 * certificate". Two who both say so repair and improve their call that way; browsers do not say it.
 */
const RESTART_LINE = "a=skein-restart:new-connection";

/** How the other side restarts ICE. */
export type Restart = "in-place" | "new-connection";

/** Reads it from their description. */
export function restartOf(sdp: string): Restart {
  return linesOf(sdp).includes(RESTART_LINE) ? "new-connection" : "in-place";
}

/**
 * A description of the library as we send it: candidates travel on their own, and no line shows an address that the
 * candidate policy hides.
 */
export function shownDescription(sdp: string): string {
  const lines = linesOf(sdp).flatMap((line) => {
    if (line.startsWith("a=candidate:") || line === "a=end-of-candidates") return [];
    if (line.startsWith("c=")) return ["c=IN IP4 0.0.0.0"];
    if (line.startsWith("m=audio ")) return [RESTART_LINE, line.replace(/^m=audio \d+/, "m=audio 9")];
    return [line];
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** The payload type of Opus in a description; `undefined` when it offers none (RFC 7587 §7). */
export function opusPayloadType(sdp: string): number | undefined {
  const match = /^a=rtpmap:(\d{1,3}) opus\/48000\/2$/im.exec(linesOf(sdp).join("\n"));
  const type = Number(match?.[1]);
  return type >= 96 && type <= 127 ? type : undefined;
}

/** The name of the audio section (RFC 5888 §4). */
export function sectionName(sdp: string): string {
  return attributeOf(sdp, "mid") ?? SECTION_NAME;
}

/** The ICE user name in a description; empty when there is none. */
export function ufragOf(sdp: string): string {
  return attributeOf(sdp, "ice-ufrag") ?? "";
}

function attributeOf(sdp: string, attribute: string): string | undefined {
  const start = `a=${attribute}:`;
  return linesOf(sdp)
    .find((line) => line.startsWith(start))
    ?.slice(start.length);
}

function linesOf(sdp: string): readonly string[] {
  return sdp.split(/\r?\n/).filter((line) => line !== "");
}
