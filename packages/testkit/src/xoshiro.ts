/**
 * xoshiro128** of D. Blackman and S. Vigna (https://prng.di.unimi.it/xoshiro128starstar.c, public domain): fast, of good
 * quality for simulations, easily predicted and so never for keys. Returns unsigned 32-bit numbers. The state must hold a number
 * other than zero; it is copied.
 */
export function createXoshiro(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/** splitmix32: spreads one 32-bit seed over as many numbers as asked for. */
export function createSplitmix(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
