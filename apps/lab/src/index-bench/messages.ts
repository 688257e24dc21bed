/** What the scenario says to one program of the index benchmark, by `process.send`; each is answered by one {@link Reply}. */
export type Order =
  /** Be a supernode; an earlier one ends first. */
  | {
      readonly kind: "serve";
      readonly address: string;
      readonly index: { readonly kind: "one-hop" | "dht"; readonly everywhereUpTo?: number };
      /** Signed ads of first supernodes, base64. */
      readonly ads: readonly string[];
    }
  /** Be people who are online, each at one of these supernodes. */
  | { readonly kind: "populate"; readonly ads: readonly string[]; readonly people: number }
  /** Be one person who is online with all of these. */
  | { readonly kind: "join"; readonly ads: readonly string[] }
  /** Be a client of the DHT and nothing else. */
  | { readonly kind: "join-dht"; readonly ads: readonly string[] }
  | { readonly kind: "status" }
  /** Make a bare trip to home and back. */
  | { readonly kind: "trip" }
  | { readonly kind: "find"; readonly user: string; readonly device: string }
  | { readonly kind: "leave" };

/** What a program answers. */
export type Reply =
  | { readonly kind: "done" }
  | { readonly kind: "serving"; readonly ad: string }
  | { readonly kind: "people"; readonly people: readonly Somebody[] }
  | { readonly kind: "figures"; readonly figures: Figures }
  /** `firstMs`: until the first answer that held, where that is not the end. */
  | {
      readonly kind: "found";
      readonly found: boolean;
      readonly tookMs: number;
      readonly firstMs?: number;
      readonly requests?: number;
    }
  /** Left out where there is no home to go to. */
  | { readonly kind: "trip"; readonly tripMs?: number }
  | { readonly kind: "failed"; readonly reason: string };

/** A person of the crowd. */
export interface Somebody {
  readonly user: string;
  readonly device: string;
}

/** Figures of one supernode. */
export interface Figures {
  readonly roster: number;
  readonly dhtPeers: number;
  readonly records: number;
  readonly lookups: number;
  readonly reservations: number;
}
