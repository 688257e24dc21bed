/** Draws that can be played again: the same seed gives the same run. Never for keys. */
export interface Chance {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** Normal, mean 0, deviation 1. */
  normal(): number;
  /** Weibull with this scale and shape. */
  weibull(scale: number, shape: number): number;
  /** Gamma with this shape (at least 1) and scale 1. */
  gamma(shape: number): number;
}

/** Makes a source of chance from a seed, 0 to 2³²−1: sfc32 (Chris Doty-Humphrey, PractRand), warmed up. */
export function createChance(seed: number): Chance {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, seed >>> 0, 1];
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  const fraction = (): number => next() / 2 ** 32;
  // 1 − fraction is never 0, so its logarithm is finite.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
  return {
    fraction,
    normal,
    below: (below) => Math.floor(fraction() * below),
    weibull: (scale, shape) => scale * (-Math.log(1 - fraction())) ** (1 / shape),
    gamma(shape) {
      // Marsaglia and Tsang, ACM TOMS 26 (2000).
      const d1 = shape - 1 / 3;
      const c1 = 1 / Math.sqrt(9 * d1);
      for (;;) {
        const x = normal();
        const v = (1 + c1 * x) ** 3;
        if (v > 0 && Math.log(1 - fraction()) < x * x * 0.5 + d1 * (1 - v + Math.log(v))) return d1 * v;
      }
    },
  };
}
