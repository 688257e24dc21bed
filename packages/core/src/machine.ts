/**
 * What every machine answers: the next state and what its driver must do.
 * A machine has no clock, timer, socket, chance or promise inside; the same state and input give the same step.
 */
export interface Step<State, Output> {
  readonly state: State;
  readonly outputs: readonly Output[];
}
