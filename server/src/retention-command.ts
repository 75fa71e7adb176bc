/** The operator's command that shows what has outlived its days, and deletes it when it is told to. */
import { join } from 'node:path';
import { systemClock } from './adapters/clock.ts';
import { createPhotoDisposal } from './adapters/photos/photo-disposal.ts';
import type { Clock } from './app/ports.ts';
import { RETENTION_FLOORS, type RetentionCount, runRetention } from './app/retention.ts';
import type { Config } from './config/config.ts';
import { assertRetention, openStore } from './main.ts';
import { UsageError } from './operator.ts';
import type { UpkeepAnswer } from './upkeep.ts';

/** How to call the command of this file. */
export const RETENTION_USAGE: string = `  cli.js retention [--apply]                      show what has outlived its days (ZHENXUE_RETENTION_…_DAYS); delete it with --apply`;

function dateOf(at: number | null): string {
  return at === null ? '' : (new Date(at).toISOString().split('T')[0] ?? '');
}

function lineOf({ kind, days, sittings, firstEndedAt, lastEndedAt }: RetentionCount): string {
  const { days: least, source } = RETENTION_FLOORS[kind];
  if (days === null) return `${kind}: kept for good (least that can be set: ${least} days; ${source})`;
  const span = sittings === 0 ? '' : `, ended ${dateOf(firstEndedAt)} to ${dateOf(lastEndedAt)}`;
  return `${kind}: kept for ${days} days; ${sittings} sittings${span}`;
}

/**
 * @param clock says what has outlived its days.
 * @throws ConfigError when a setting undercuts what must be kept; nothing is deleted then.
 */
export async function retain(
  config: Config,
  apply: boolean,
  clock: Clock = systemClock,
): Promise<UpkeepAnswer> {
  assertRetention(config);
  const store = await openStore(config);
  try {
    const photos = createPhotoDisposal(join(config.dataDir, 'photos'));
    const deps = { ...store, photos, clock, days: config.retentionDays };
    const counts = await runRetention(deps, apply);
    const last = apply
      ? 'Deleted. What it was is in the tombstones.'
      : 'Nothing was deleted; cli.js retention --apply deletes it. What waits for another kind to go first is not counted.';
    return { text: [...counts.map(lineOf), last].join('\n'), exitCode: 0 };
  } finally {
    await store.close();
  }
}

/** Reads a command line. @returns null when it names another command. @throws UsageError */
export function readRetention(args: readonly string[]): ((config: Config) => Promise<UpkeepAnswer>) | null {
  const [name, flag, ...rest] = args;
  if (name !== 'retention') return null;
  if (rest.length > 0 || (flag !== undefined && flag !== '--apply'))
    throw new UsageError(`Usage:\n${RETENTION_USAGE}`);
  return (config) => retain(config, flag === '--apply');
}
