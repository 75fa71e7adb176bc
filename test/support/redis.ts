/** Redis for the tests of several servers. */
import { findRedis } from '../../scripts/steps/ensure-redis.mjs';

/** Why there is no Redis to test with; null when there is one. */
export const REDIS_MISSING: string | null = (() => {
  const found = findRedis();
  return found.path === null ? found.reason : null;
})();
