/** One line that says what is being done and, when done, how long it took. */
import process from "node:process";

const TICK_MS = 1000;

/** @param {number} ms */
export function seconds(ms) {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/**
 * On a terminal the line counts the seconds and is then replaced; elsewhere both lines are printed.
 *
 * @param {string} doing for example "installing packages"
 */
export function startProgress(doing) {
  const startedAt = Date.now();
  const live = process.stdout.isTTY === true;
  const draw = () => process.stdout.write(`\r\u001b[K… ${doing} ${Math.round((Date.now() - startedAt) / 1000)} s`);
  if (live) draw();
  else console.log(`… ${doing}`);
  const timer = live ? setInterval(draw, TICK_MS) : undefined;
  /** @param {string} line */
  const end = (line) => {
    clearInterval(timer);
    if (live) process.stdout.write("\r\u001b[K");
    console.log(`${line} (${seconds(Date.now() - startedAt)})`);
  };
  return {
    /** @param {string} done for example "installed" */
    succeeded: (done) => end(`✓ ${done}`),
    /** @param {string} what */
    failed: (what) => end(`✗ ${what}`),
  };
}
