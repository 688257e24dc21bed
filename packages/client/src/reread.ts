/**
 * Makes a reading that is never older than its last call: asked while it is under way, it runs once more, however often it
 * was asked. What it returns resolves when the newest reading is done, and never rejects; `failed` hears what went wrong.
 */
export function createReread(read: () => Promise<void>, failed: (error: unknown) => void): () => Promise<void> {
  let asked = 0;
  let running: Promise<void> | undefined;
  async function run(): Promise<void> {
    let begun: number;
    do {
      begun = asked;
      await read().catch(failed);
    } while (begun !== asked);
    running = undefined;
  }
  return () => {
    asked += 1;
    running ??= run();
    return running;
  };
}
