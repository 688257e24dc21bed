/**
 * Large networks in memory, in virtual time, running the product's own machines.
 *
 * @module
 */
export {};
