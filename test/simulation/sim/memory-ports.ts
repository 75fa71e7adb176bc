/**
 * The server's ports in memory, with the one property that matters: a change is durable only after its commit, and a crash
 * loses what was not. Every append is checked on its way in.
 */
import type { Finding } from '@zhenxue/protocol';
import type {
  AccessKeyRow,
  BanRow,
  PlatformRow,
  Population,
  RegistryStore,
  SessionAppend,
  SessionRow,
  SessionStore,
  StoredRecord,
  TicketStore,
  TokenClaims,
  Tokens,
} from '../../../server/src/app/ports.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import type { Host, TimeLine } from './time-line.ts';

/** One stored sitting. */
export interface StoredSitting {
  row: SessionRow;
  readonly seed: string;
  readonly records: StoredRecord[];
  readonly batches: Uint8Array[];
  readonly findings: Map<string, Finding>;
  sealed: boolean;
}

/** Milliseconds that a commit takes at most. */
const COMMIT_MAX_MS = 12;

/** The disk: survives a crash of the server. */
export class Disk {
  readonly sittings = new Map<string, StoredSitting>();
  readonly tickets = new Map<string, { session: string; expiresAt: number; used: boolean }>();
  readonly platforms = new Map<string, PlatformRow>();
  readonly courses = new Map<string, Map<string, import('@zhenxue/protocol').Course>>();
  readonly bans: BanRow[] = [];
  readonly photos = new Set<string>();
  /** Sittings that have not ended, for the sweeper. */
  readonly live = new Set<string>();
}

/** Groups changes into commits. */
export class Committer {
  readonly #time: TimeLine;
  readonly #chance: Chance;
  readonly #host: Host;
  #waiting: { change: () => void; done: () => void; failed: (error: unknown) => void }[] = [];

  constructor(time: TimeLine, chance: Chance, host: Host) {
    this.#time = time;
    this.#chance = chance;
    this.#host = host;
  }

  /** Resolves after the commit that holds the change; never, when the server dies before. */
  write<T>(change: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let value: T;
      this.#waiting.push({
        change: () => {
          value = change();
        },
        done: () => resolve(value),
        failed: reject,
      });
      if (this.#waiting.length === 1)
        this.#time.after(this.#chance.int(1, COMMIT_MAX_MS), () => this.#commit(), this.#host);
    });
  }

  #commit(): void {
    const group = this.#waiting;
    this.#waiting = [];
    for (const { change, done, failed } of group) {
      try {
        change();
      } catch (error) {
        failed(error);
        continue;
      }
      done();
    }
  }
}

function checkAppend(ledger: Ledger, kept: StoredSitting, append: SessionAppend): void {
  const { session } = append.row;
  ledger.check('sealed-never-changes', !kept.sealed, () => `${session}: appended to after its close record`);
  let last = kept.records[kept.records.length - 1];
  for (const record of append.records) {
    const inOrder = last === undefined || (record.n === last.n + 1 && record.at >= last.at);
    ledger.check('records-in-order', inOrder, () => `${session}: record ${record.n} after ${last?.n}`);
    last = record;
  }
  const spoiled = kept.row.outcome === 'invalid' && append.row.outcome !== 'invalid';
  ledger.check('invalid-stays-invalid', !spoiled, () => `${session}: became ${append.row.outcome}`);
}

function applyAppend(disk: Disk, kept: StoredSitting, append: SessionAppend): void {
  kept.row = append.row;
  for (const record of append.records) {
    kept.records.push(record);
    if (record.kind === 'batch') kept.batches.push(record.bytes);
    if (record.kind === 'close') {
      kept.sealed = true;
      disk.live.delete(append.row.session);
    }
  }
  for (const finding of append.findings) kept.findings.set(finding.id, finding);
}

function populationOf(
  rows: readonly SessionRow[],
  { platform, course, lesson, build, suppression, from, to }: Parameters<SessionStore['population']>[0],
): Population {
  const of = rows.filter(
    (row) =>
      row.platform === platform &&
      row.course === course &&
      row.lesson === lesson &&
      row.build === build &&
      row.openedAt >= from &&
      row.openedAt <= to,
  );
  return { sittings: of.length, affected: of.filter((row) => row.suppressions.includes(suppression)) };
}

/** @param look is told after every append that became durable. */
export function createSessionStore(
  disk: Disk,
  committer: Committer,
  ledger: Ledger,
  look: (kept: StoredSitting, append: SessionAppend) => void,
): SessionStore {
  const rows = () => [...disk.sittings.values()].map((kept) => kept.row);
  const lessonOf = (platform: string, learner: string, course: string, lesson: string) =>
    rows().filter(
      (row) =>
        row.platform === platform &&
        row.learner === learner &&
        row.course === course &&
        row.lesson === lesson,
    );
  return {
    create: (append, seed) =>
      committer.write(() => {
        const kept: StoredSitting = {
          row: append.row,
          seed,
          records: [],
          batches: [],
          findings: new Map(),
          sealed: false,
        };
        disk.sittings.set(append.row.session, kept);
        disk.live.add(append.row.session);
        applyAppend(disk, kept, append);
        return true;
      }),
    append: (append) =>
      committer.write(() => {
        const kept = disk.sittings.get(append.row.session);
        if (kept === undefined) throw new Error('append: expected a sitting that was created before');
        checkAppend(ledger, kept, append);
        applyAppend(disk, kept, append);
        look(kept, append);
      }),
    get: async (session) => disk.sittings.get(session)?.row ?? null,
    findLive: async (platform, learner, course, lesson) =>
      lessonOf(platform, learner, course, lesson).findLast((row) => row.endedAt === null) ?? null,
    records: async (session) => [...(disk.sittings.get(session)?.records ?? [])],
    seed: async (session) => disk.sittings.get(session)?.seed ?? null,
    batchBytes: async (session, seq) => disk.sittings.get(session)?.batches[seq - 1] ?? null,
    findings: async (session) => [...(disk.sittings.get(session)?.findings.values() ?? [])],
    list: async () => ({ items: rows().reverse(), next: null }),
    async due(at, limit) {
      const due: string[] = [];
      for (const session of disk.live) {
        const dueAt = disk.sittings.get(session)?.row.dueAt ?? null;
        if (dueAt !== null && dueAt <= at && due.length < limit) due.push(session);
      }
      return due;
    },
    livePlatformSessions: async (platform) =>
      [...disk.live].filter((session) => disk.sittings.get(session)?.row.platform === platform),
    credited: async (platform, learner, course, lesson) =>
      lessonOf(platform, learner, course, lesson)
        .filter((row) => row.outcome !== 'invalid')
        .flatMap((row) => row.credited),
    population: async (query) => populationOf(rows(), query),
  };
}

/** Tickets in memory. */
export function createTicketStore(disk: Disk, committer: Committer): TicketStore {
  return {
    add: ({ jti, session, expiresAt }) =>
      committer.write(() => void disk.tickets.set(jti, { session, expiresAt, used: false })),
    use: (jti) =>
      committer.write(() => {
        const ticket = disk.tickets.get(jti);
        if (ticket === undefined || ticket.used) return false;
        ticket.used = true;
        return true;
      }),
    async standing(jti) {
      const ticket = disk.tickets.get(jti);
      if (ticket === undefined) return 'unknown';
      return ticket.used ? 'used' : 'fresh';
    },
    sweep: async () => 0,
  };
}

/** @param imposed is told of every ban that becomes durable. */
export function createRegistry(
  disk: Disk,
  committer: Committer,
  imposed: (ban: BanRow) => void,
): RegistryStore {
  return {
    putPlatform: (row) => committer.write(() => void disk.platforms.set(row.id, row)),
    platform: async (id) => disk.platforms.get(id) ?? null,
    platforms: async () => [...disk.platforms.values()].map((row) => ({ ...row, sessions: 0, invalid: 0 })),
    putCourse: (platform, course) =>
      committer.write(() => {
        const courses = disk.courses.get(platform) ?? new Map();
        disk.courses.set(platform, courses.set(course.id, course));
      }),
    course: async (platform, id) => disk.courses.get(platform)?.get(id) ?? null,
    courses: async (platform) => [...(disk.courses.get(platform)?.values() ?? [])],
    putKey: async (_key: AccessKeyRow) => undefined,
    key: async () => null,
    impose: (finding, ban) =>
      committer.write(() => {
        const cited = new Set(finding.cites.map((cite) => cite.session));
        const known = disk.bans.some(
          (old) =>
            old.platform === ban.platform &&
            old.finding.kind === finding.kind &&
            old.finding.cites.some((cite) => cited.has(cite.session)),
        );
        if (known) return false;
        disk.bans.push(ban);
        imposed(ban);
        return true;
      }),
    bans: async (platform) => disk.bans.filter((ban) => platform === null || ban.platform === platform),
  };
}

/** Tokens without cryptography: what they say is what they are. */
export function createTokens(now: () => number): Tokens {
  return {
    issue: ({ kind, session, jti, expiresAt }) => `${kind} ${session} ${jti} ${expiresAt}`,
    check(token) {
      const [kind, session = '', jti = '', expiry] = token.split(' ');
      const expiresAt = Number(expiry);
      if (kind !== 'ticket' && kind !== 'resume') return { ok: false, code: 'ticket-invalid' };
      if (now() >= expiresAt) return { ok: false, code: 'ticket-expired' };
      const claims: TokenClaims = { kind, session, jti, expiresAt };
      return { ok: true, claims };
    },
    issueConsole: () => '',
    checkConsole: () => null,
    issueEnrolment: () => '',
    checkEnrolment: () => null,
    jwks: () => ({ keys: [] }),
  };
}
