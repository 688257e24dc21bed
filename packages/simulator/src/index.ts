/**
 * Large networks in memory, in virtual time, running the product's own machines: ten thousand nodes elect supernodes as
 * the daemon does. The same seed gives the same figures.
 *
 * Main path: `election-simulation.ts` (one run and its figures) → `simulated-network.ts` (who comes and goes) →
 * `election-driver.ts` (the machine of each member) → `leaf-life.ts` (how leaves find supernodes) → `population.ts`.
 * Left out: packets, messages, calls. What a leaf does is a model of `@skein/network-p2p`, not its code.
 *
 * @module
 */
export { type ElectionFigures, type ElectionScenario, simulateElection } from "./election-simulation.ts";
export { measuredPopulation, type PopulationOptions } from "./population.ts";
