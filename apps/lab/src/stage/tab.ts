/** How long a person waits for something on the screen, in ms. Generous: the machine may be busy. */
export const PATIENCE_MS: number = 30_000;

/**
 * One tab of a browser, whichever: the little that a person needs of it. Elements are named by CSS selectors. Everything
 * waits for its element, at most {@link PATIENCE_MS}, and then rejects. Functions for the page are sent as source text, so
 * they use nothing but their argument.
 */
export interface Tab {
  goto(address: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** Replaces what stands in a field. */
  fill(selector: string, text: string): Promise<void>;
  /** Waits until an element is in the page, or also visible. */
  there(selector: string, how?: "attached" | "visible"): Promise<void>;
  isVisible(selector: string): Promise<boolean>;
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  /** Waits until a function answers something true, and answers that. */
  until<A, R>(
    condition: (argument: A) => R,
    argument: A,
    patience?: { readonly timeoutMs: number; readonly everyMs: number },
  ): Promise<Exclude<R, false | undefined>>;
}

/** Runs in every page of a tab, before the page's own scripts; sent as source text. */
export interface Preparation {
  readonly run: (argument: string) => void;
  readonly argument: string;
}
