/** Completed sessions that count, newest last. */
export const MAX_SESSIONS = 32;

/** What one knows of one's own life: how long earlier sessions lasted, and how long this one has. ms. */
export interface Lifetimes {
  /** Oldest first; only the last {@link MAX_SESSIONS} count. */
  readonly sessions: readonly number[];
  readonly ageMs: number;
}

/**
 * Session lengths of peers in KAD after the first: Weibull, scale 169.5 min, shape 0.615 (Steiner et al., RR-07-205).
 * A shape below 1 means: who has stayed long stays long.
 */
const SHAPE = 0.61511;
const SCALE_MS: number = 169.5385 * 60_000;

/** How many sessions of one's own the prior weighs as much as. */
const PRIOR_SESSIONS = 2;

/**
 * The time that passes with even odds before this session ends, in ms: the median of the remaining lifetime.
 *
 * Sessions T are Weibull with the shape k above, so T^k is exponential; its rate gets a gamma prior worth
 * {@link PRIOR_SESSIONS} sessions of the scale above. With n completed sessions tᵢ and the present age a (a session
 * that is not over: it only counts as survived), the posterior is Gamma(α = 2 + n, β = 2·scale^k + Σtᵢ^k + a^k), hence
 * P(T > t | T > a) = (β / (β + t^k − a^k))^α, and the median remaining is (a^k + β·(2^(1/α) − 1))^(1/k) − a.
 * A median, because the mean of this tail does not exist for small α.
 */
export function remainingMs({ sessions, ageMs }: Lifetimes): number {
  const { alpha, beta, survived } = posterior({ sessions, ageMs });
  return (survived + beta * (2 ** (1 / alpha) - 1)) ** (1 / SHAPE) * SCALE_MS - ageMs;
}

/** The probability, 0 to 1, that this session lasts at least `forMs` longer; the same model as {@link remainingMs}. */
export function survival(lifetimes: Lifetimes, forMs: number): number {
  const { alpha, beta, survived } = posterior(lifetimes);
  return (beta / (beta + raised(lifetimes.ageMs + forMs) - survived)) ** alpha;
}

/** Adds a completed session; sessions under a second are no sessions. */
export function withSession(sessions: readonly number[], lengthMs: number): readonly number[] {
  return lengthMs < 1_000 ? sessions : [...sessions, lengthMs].slice(-MAX_SESSIONS);
}

function posterior({ sessions, ageMs }: Lifetimes): { alpha: number; beta: number; survived: number } {
  const counted = sessions.slice(-MAX_SESSIONS);
  const survived = raised(Math.max(0, ageMs));
  const beta = counted.reduce((sum, length) => sum + raised(length), PRIOR_SESSIONS + survived);
  return { alpha: PRIOR_SESSIONS + counted.length, beta, survived };
}

/** (t / scale)^k: in units of the scale, the prior's own sum is the number of its sessions. */
function raised(lengthMs: number): number {
  return (lengthMs / SCALE_MS) ** SHAPE;
}
