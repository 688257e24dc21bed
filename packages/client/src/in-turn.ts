/** Runs pieces of work one after the other, in the order asked, so that none works with what another is about to change. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes an empty line of work. A piece that rejects does not stop the next. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
