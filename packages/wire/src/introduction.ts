import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesUpTo } from "./fields.ts";
import { MAX_CARD_BYTES, MAX_CERTIFICATE_BYTES } from "./records.ts";

/** The first message each side sends on a channel: whose device this is. Both parts are signed by the same user key. */
export interface Introduction {
  readonly certificate: Uint8Array;
  readonly card: Uint8Array;
}

/** Format of {@link Introduction}. */
export const introduction: Format<Introduction> = defineFormat(
  "introduction",
  MAX_CERTIFICATE_BYTES + MAX_CARD_BYTES + 64,
  v.object({ certificate: bytesUpTo(MAX_CERTIFICATE_BYTES), card: bytesUpTo(MAX_CARD_BYTES) }),
);
