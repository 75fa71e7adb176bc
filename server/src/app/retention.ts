/**
 * Deletes what its owner decided not to keep, and nothing before the law allows it. Without a setting everything is kept for
 * good. What goes, goes in one order, each kind not before the one ahead of it, so that whatever is left can still be judged:
 * photos, records, findings, verdicts. A sitting that is cited in a finding against a platform stays whole. Each deletion
 * leaves a tombstone: what it was by its hash, its dates, when and why it went, and a hash over what is left.
 */
import type { Finding } from '@zhenxue/protocol';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './hash.ts';
import type {
  ArchiveStore,
  Clock,
  PhotoDisposal,
  RetentionKind,
  RetentionStore,
  SessionRow,
  SessionStore,
  Tombstone,
} from './ports.ts';

/** Days after the end of a sitting; null = kept for good. */
export type RetentionDays = Readonly<Record<RetentionKind | 'audit', number | null>>;

/** The least that may be set, and why. */
export interface RetentionFloor {
  readonly days: number;
  readonly source: string;
}

const BAN = 'zz-2022-2:20(3): two years out from the date of the violation; its evidence must outlive it';

/** Days that no setting may undercut. */
export const RETENTION_FLOORS: Readonly<Record<keyof RetentionDays, RetentionFloor>> = {
  photos: { days: 90, source: 'our default: the time in which a learner asks for review' },
  records: { days: 731, source: BAN },
  findings: { days: 731, source: BAN },
  verdicts: { days: 731, source: BAN },
  audit: { days: 1_096, source: 'Personal Information Protection Law, article 56: three years' },
};

/** The order in which things go. */
const ORDER = ['photos', 'records', 'findings', 'verdicts'] as const;

const DAY_MS = 86_400_000;
/** Sittings looked at together. */
const PAGE = 100;

/** @returns what is wrong with the settings, in words; null when they can be kept. */
export function retentionProblem(days: RetentionDays): string | null {
  for (const [kind, { days: least, source }] of Object.entries(RETENTION_FLOORS)) {
    const set = days[kind as keyof RetentionDays];
    if (set !== null && set < least) return `${kind}: expected at least ${least} days (${source})`;
  }
  for (const [i, kind] of ORDER.entries()) {
    const before = ORDER[i - 1];
    if (before === undefined || days[kind] === null) continue;
    if ((days[before] ?? Number.POSITIVE_INFINITY) > (days[kind] ?? 0))
      return `${kind}: expected at least the days of ${before}, which go first`;
  }
  return null;
}

/** What retention needs. */
export interface RetentionDeps {
  readonly sessions: Pick<SessionStore, 'findings'>;
  readonly archives: Pick<ArchiveStore, 'get'>;
  readonly retention: RetentionStore;
  readonly photos: PhotoDisposal;
  readonly clock: Clock;
  readonly days: RetentionDays;
}

/** What went, or would go. */
export interface RetentionCount {
  readonly kind: RetentionKind;
  readonly days: number | null;
  /** Sittings that lose this kind, and when the first and the last of them ended, epoch ms. */
  readonly sittings: number;
  readonly firstEndedAt: number | null;
  readonly lastEndedAt: number | null;
}

function hashJson(value: unknown): Uint8Array {
  return sha256(Buffer.from(canonicalJson(value)));
}

/** SHA-256 over what is left of a sitting; `fsck` compares it. */
export function hashOfRest(row: SessionRow | null, findings: readonly Finding[]): Uint8Array {
  return hashJson({ row, findings });
}

/** The hash that stands for what goes; null when there is nothing of it. */
async function hashOf(deps: RetentionDeps, kind: RetentionKind, row: SessionRow): Promise<Uint8Array | null> {
  switch (kind) {
    case 'photos': {
      const hashes = await deps.photos.hashes(row);
      return hashes.length === 0 ? null : hashJson(hashes);
    }
    case 'records':
      return (await deps.archives.get(row.session))?.head ?? null;
    case 'findings':
      return hashJson(await deps.sessions.findings(row.session));
    case 'verdicts':
      return hashJson(row);
    default:
      return kind satisfies never;
  }
}

async function bury(
  deps: RetentionDeps,
  kind: RetentionKind,
  row: SessionRow,
  hash: Uint8Array,
): Promise<boolean> {
  const { session, openedAt, endedAt } = row;
  if (endedAt === null) return false;
  const findings = kind === 'findings' || kind === 'verdicts' ? [] : await deps.sessions.findings(session);
  const tombstone: Tombstone = {
    session,
    kind,
    openedAt,
    endedAt,
    at: deps.clock.now(),
    hash,
    left: hashOfRest(kind === 'verdicts' ? null : row, findings),
    reason: `kept for ${deps.days[kind]} days`,
  };
  // Files first: what a tombstone says to be gone is gone. Without one the next run does the same again.
  if (kind === 'photos') await deps.photos.remove(row);
  return deps.retention.bury(tombstone);
}

async function runKind(deps: RetentionDeps, kind: RetentionKind, apply: boolean): Promise<RetentionCount> {
  const days = deps.days[kind];
  const ends: number[] = [];
  if (days !== null) {
    const before = deps.clock.now() - days * DAY_MS;
    let after: string | null = null;
    for (;;) {
      const page: readonly SessionRow[] = await deps.retention.expired(kind, before, after, PAGE);
      for (const row of page) {
        const hash = await hashOf(deps, kind, row);
        if (hash === null || row.endedAt === null) continue;
        if (!apply || (await bury(deps, kind, row, hash))) ends.push(row.endedAt);
      }
      after = page.at(-1)?.session ?? null;
      if (after === null) break;
    }
  }
  const [firstEndedAt, lastEndedAt] = [
    ends.toSorted((a, b) => a - b).at(0),
    ends.toSorted((a, b) => a - b).at(-1),
  ];
  return {
    kind,
    days,
    sittings: ends.length,
    firstEndedAt: firstEndedAt ?? null,
    lastEndedAt: lastEndedAt ?? null,
  };
}

/**
 * Goes through all that has outlived its days.
 * @param apply false: only counts (kinds that wait for another one to go first are then not counted yet).
 */
export async function runRetention(deps: RetentionDeps, apply: boolean): Promise<readonly RetentionCount[]> {
  const counts: RetentionCount[] = [];
  for (const kind of ORDER) counts.push(await runKind(deps, kind, apply));
  return counts;
}
