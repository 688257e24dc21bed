/** Waits for work at most so long; what fails or comes late does not matter to the caller. Never rejects. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  const done = work.then(nothing, nothing);
  await Promise.race([done, late]);
  clearTimeout(timer);
}

function nothing(): void {}
