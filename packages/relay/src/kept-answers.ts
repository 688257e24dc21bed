import { MAX_KEPT_ANSWERS } from "./defaults.ts";
import { ANSWER_KEPT_MS } from "./specification.ts";
import { type ClientAddress, clientKey } from "./transport-address.ts";

/** The last answer to each client that must be repeated as it was, were the request to come again. */
export interface KeptAnswers {
  /** Keeps one answer a client, for 40 s; the oldest go when there are too many. */
  keep(client: ClientAddress, transaction: Buffer, answer: Buffer, now: number): void;
  /** The answer to this very transaction, if still kept. */
  recall(client: ClientAddress, transaction: Buffer, now: number): Buffer | undefined;
}

interface Kept {
  readonly transaction: Buffer;
  readonly answer: Buffer;
  readonly until: number;
}

/** Makes an empty, bounded store. Needed where doing a request twice differs from doing it once (RFC 8489 §6.3.1). */
export function createKeptAnswers(): KeptAnswers {
  const byClient = new Map<number, Kept>();
  return {
    keep(client, transaction, answer, now) {
      for (const [key, { until }] of byClient) {
        if (until > now && byClient.size < MAX_KEPT_ANSWERS) break;
        byClient.delete(key);
      }
      const key = clientKey(client);
      byClient.delete(key);
      byClient.set(key, { transaction: Buffer.from(transaction), answer, until: now + ANSWER_KEPT_MS });
    },
    recall(client, transaction, now) {
      const kept = byClient.get(clientKey(client));
      return kept !== undefined && kept.until > now && kept.transaction.equals(transaction) ? kept.answer : undefined;
    },
  };
}
