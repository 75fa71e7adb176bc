/** Milliseconds between two ticks of the evidence clock: how late a silent change of state is noticed. */
export const TICK_MS = 250;
