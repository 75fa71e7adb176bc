import type { GuardCapsule, GuardContext } from './guard-context.ts';
import { guardAttention, guardControl, guardOffline } from './pause-guards.ts';
import { guardRate } from './rate-guard.ts';
import { guardSeek } from './seek-guard.ts';

/** Every guard capsule. */
const CAPSULES: readonly ((ctx: GuardContext) => GuardCapsule)[] = [
  guardRate,
  guardSeek,
  guardAttention,
  guardControl,
  guardOffline,
];

/** Starts the guard: it keeps an honest learner inside the rules; it proves nothing (the server decides). */
export function startGuard(ctx: GuardContext): Required<GuardCapsule> {
  const capsules = CAPSULES.map((start) => start(ctx));
  return {
    covered(furthestMs) {
      for (const capsule of capsules) capsule.covered?.(furthestMs);
    },
    stop() {
      for (const capsule of capsules) capsule.stop();
    },
  };
}
