/**
 * What the application needs from the outside world. Drivers live in `../adapters`; `main.ts` puts them together.
 * Every method that changes something resolves only after the change is durable.
 */
import type { RecordKind } from '@zhenxue/evidence';
import type {
  BanView,
  Course,
  Directive,
  EndReason,
  Finding,
  Outcome,
  PlatformFinding,
} from '@zhenxue/protocol';
import type { EngineName, FaceReading } from '../core/identity/reading.ts';
import type { ArchiveStore, RetentionStore } from './archive-ports.ts';
import type { IdentityStore } from './identity-ports.ts';
import type { PlaceStore } from './node-ports.ts';
import type { AuditStore, OutboxStore } from './office-ports.ts';

export type {
  ArchiveCodec,
  ArchivedSitting,
  ArchiveStore,
  PackedRecords,
  PhotoDisposal,
  RetentionKind,
  RetentionStore,
  Tombstone,
} from './archive-ports.ts';

/** The only source of time. Epoch ms. */
export interface Clock {
  now(): number;
}

/** Runs `task` once after `delayMs`; returns its stop. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

/** Unpredictable bytes from the operating system. */
export type RandomBytes = (count: number) => Uint8Array;

/** New identifiers: UUID v7, so that they sort by time. */
export type NewId = () => string;

/** One link of a session's stored chain. */
export interface StoredRecord {
  /** 1, 2, 3, … inside the session. */
  readonly n: number;
  readonly kind: RecordKind;
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly chain: Uint8Array;
}

/** The queryable summary of a sitting. Exact at the end; the progress of a live one may be a minute old. */
export interface SessionRow {
  readonly session: string;
  readonly platform: string;
  readonly learner: string;
  readonly course: string;
  readonly lesson: string;
  readonly packId: string;
  /** SDK build of the latest `open` event; empty before the first batch. */
  readonly build: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly ended: EndReason | null;
  readonly outcome: Outcome;
  readonly creditedMs: number;
  readonly coveragePermille: number;
  readonly violations: number;
  /** Suppressed controls found in this sitting, such as `popup-suppressed`; for population evidence. */
  readonly suppressions: readonly string[];
  /** Credited media intervals, ms, for later sittings of the same lesson. */
  readonly credited: readonly (readonly [number, number])[];
  /** Highest durable batch. */
  readonly seq: number;
  /** When the engine wants a tick; null = never. */
  readonly dueAt: number | null;
}

/** One atomic change of one session. */
export interface SessionAppend {
  readonly row: SessionRow;
  /** New records, contiguous with what is stored. */
  readonly records: readonly StoredRecord[];
  /** New or extended findings, upserted by id. */
  readonly findings: readonly Finding[];
  /** Epoch of the lease under which it is written; absent = 0, the epoch of a sitting that was never leased. */
  readonly epoch?: number;
  /**
   * Set when `row` differs from the row of an earlier append by nothing but the progress of a live sitting (credit, coverage,
   * `seq`) of less than a minute: a store may keep the row that it has. The records say more in any case.
   */
  readonly progressOnly?: true;
}

/** Filters of the session list; all optional, all ANDed. */
export interface SessionFilter {
  readonly platform?: string;
  readonly learner?: string;
  readonly course?: string;
  readonly outcome?: Outcome;
  readonly openedFrom?: number;
  readonly openedBefore?: number;
}

/** A page request: newest first, after the cursor of the previous page. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** Sittings of a platform's lesson in one SDK build within a time window, and how many of them show one suppression. */
export interface Population {
  readonly sittings: number;
  readonly affected: readonly {
    readonly session: string;
    readonly learner: string;
    readonly openedAt: number;
  }[];
}

/** Sittings and their records. Appends of all sessions are committed in groups. */
export interface SessionStore {
  /**
   * Stores a sitting's first record and summary. `seed` is kept apart from the record until the sitting is sealed.
   * @param claim held until the sitting ends, by one live sitting of the whole store at a time.
   * @returns false, and stores nothing, when a live sitting holds the claim.
   */
  create(append: SessionAppend, seed: string, claim?: string): Promise<boolean>;
  /** @throws LeaseLost when the sitting is leased under another epoch: nothing is stored, the store goes on. */
  append(append: SessionAppend): Promise<void>;
  get(session: string): Promise<SessionRow | null>;
  /** The learner's sitting of a lesson that has not ended, if any. */
  findLive(platform: string, learner: string, course: string, lesson: string): Promise<SessionRow | null>;
  /** All stored records in order; none when the sitting's records are in the archive (see `archived-sessions.ts`). */
  records(session: string): Promise<readonly StoredRecord[]>;
  /** The sitting's secret, 64 hex digits; needed to go on after a restart. Null when the sitting is unknown. */
  seed(session: string): Promise<string | null>;
  /** Raw bytes of a sitting's batch `seq`, null when there is none. */
  batchBytes(session: string, seq: number): Promise<Uint8Array | null>;
  findings(session: string): Promise<readonly Finding[]>;
  list(
    filter: SessionFilter,
    page: PageRequest,
  ): Promise<{ items: readonly SessionRow[]; next: string | null }>;
  /** Live sittings whose `dueAt` is not after `at`, at most `limit`. */
  due(at: number, limit: number): Promise<readonly string[]>;
  /** Live sittings of one platform. */
  livePlatformSessions(platform: string): Promise<readonly string[]>;
  /** Credited intervals of the learner's earlier sittings of a lesson that are not invalid. */
  credited(
    platform: string,
    learner: string,
    course: string,
    lesson: string,
  ): Promise<readonly (readonly [number, number])[]>;
  population(query: {
    readonly platform: string;
    readonly course: string;
    readonly lesson: string;
    readonly build: string;
    readonly suppression: string;
    readonly from: number;
    readonly to: number;
  }): Promise<Population>;
}

/** A sitting held by an owner. */
export interface HeldLease {
  readonly session: string;
  readonly epoch: number;
}

/**
 * Which server may write to a sitting. An owner lives as long as it says so; a sitting held by nobody, or by an owner
 * that lives no more, can be taken. Every taking raises the epoch, and appends with an older one fail from then on,
 * whatever the clocks say: expiry decides who may try, the epoch decides who can write.
 */
export interface LeaseStore {
  /** `owner` lives until `until`, epoch ms; 0 gives everything up at once. */
  beat(owner: string, until: number): Promise<void>;
  /**
   * Takes a sitting, also one that `owner` itself holds already.
   * @param request `at`: now, epoch ms; `want`: tell the present holder that somebody waits.
   * @returns the new epoch, or null while another living owner holds the sitting, or when there is no such sitting.
   */
  acquire(request: {
    readonly session: string;
    readonly owner: string;
    readonly at: number;
    readonly want: boolean;
  }): Promise<number | null>;
  /** Gives a sitting up; changes nothing when `epoch` is not the present one. The epoch stays. */
  release(lease: HeldLease): Promise<void>;
  /** Sittings that `owner` holds: those that somebody else waits for, or all. */
  held(owner: string, which: 'wanted' | 'all'): Promise<readonly HeldLease[]>;
}

/** Single-use tickets. */
export interface TicketStore {
  add(ticket: { readonly jti: string; readonly session: string; readonly expiresAt: number }): Promise<void>;
  /** Marks a ticket as used. False when it is unknown or was used before: exactly one caller ever gets true. */
  use(jti: string, at: number): Promise<boolean>;
  /** Whether a ticket could still be used; changes nothing. */
  standing(jti: string): Promise<'fresh' | 'used' | 'unknown'>;
  /** Forgets tickets that expired before `at`. */
  sweep(at: number): Promise<number>;
}

/** A platform as registered. */
export interface PlatformRow {
  readonly id: string;
  readonly name: string;
  /** Listed in the unified supervision platform (item 20(3)). */
  readonly listed: boolean;
}

/** Who may do what. */
export type Scope = 'tickets' | 'courses' | 'sessions:read' | 'regulator';

/** An access key as stored: only its hash. */
export interface AccessKeyRow {
  /** SHA-256 of the key, base64url. */
  readonly hash: string;
  /** Shown in lists and logs instead of the key. */
  readonly label: string;
  /** Owner; null for a regulator. */
  readonly platform: string | null;
  readonly scopes: readonly Scope[];
  readonly mode: 'test' | 'live';
}

/** A ban as stored: dates, never a flag (rules §4). */
export type BanRow = Omit<BanView, 'inForce' | 'platformName'>;

/** Platforms, courses, keys, platform findings and bans. */
export interface RegistryStore {
  putPlatform(platform: PlatformRow): Promise<void>;
  platform(id: string): Promise<PlatformRow | null>;
  platforms(): Promise<readonly (PlatformRow & { readonly sessions: number; readonly invalid: number })[]>;
  putCourse(platform: string, course: Course): Promise<void>;
  course(platform: string, id: string): Promise<Course | null>;
  courses(platform: string): Promise<readonly Course[]>;
  putKey(key: AccessKeyRow): Promise<void>;
  key(hash: string): Promise<AccessKeyRow | null>;
  /** Writes finding and ban together. False when a finding of the same kind that cites one of the same sittings exists already. */
  impose(finding: PlatformFinding, ban: BanRow): Promise<boolean>;
  bans(platform: string | null): Promise<readonly BanRow[]>;
}

/** All stores of one driver. */
export interface Store {
  readonly sessions: SessionStore;
  readonly archives: ArchiveStore;
  readonly retention: RetentionStore;
  readonly leases: LeaseStore;
  readonly tickets: TicketStore;
  readonly registry: RegistryStore;
  readonly identity: IdentityStore;
  readonly places: PlaceStore;
  readonly audit: AuditStore;
  readonly outbox: OutboxStore;
  /** Why the store is closed for good, null while it works. */
  failure(): Error | null;
  /** Commits what is queued and closes. */
  close(): Promise<void>;
}

/** Encrypted photos. The content never leaves this port in clear without an audit entry. */
export interface PhotoVault {
  /**
   * Encrypts under the learner-course data key and stores.
   * @returns the SHA-256 (base64url) of the ciphertext, after it is durable.
   */
  put(photo: {
    readonly session: string;
    readonly id: string;
    readonly platform: string;
    readonly learner: string;
    readonly course: string;
    readonly bytes: Uint8Array;
  }): Promise<string>;
}

/** What is wanted of an image. */
export interface FaceReadOptions {
  /** For a comparison. */
  readonly descriptor: boolean;
  /** For a challenge that asks to close the eyes. */
  readonly eyes: boolean;
  /** Count the faces with the slow detector in any case. */
  readonly sureCount: boolean;
  /** The image again, upright and without metadata, for storing. */
  readonly cleaned: boolean;
}

/** Reads faces from attacker-controlled images, outside of the event loop. Judging is done by `core/identity`. */
export interface FaceEngine {
  readonly name: EngineName;
  /** Never rejects because of the content or of load: those are answers. The bytes stay the caller's. */
  read(bytes: Uint8Array, options: FaceReadOptions): Promise<FaceReading>;
  /** Ends the workers; what is waiting is answered `later`. */
  close(): Promise<void>;
}

/** What a ticket or a resume token says. */
export interface TokenClaims {
  readonly kind: 'ticket' | 'resume';
  readonly session: string;
  /** Only tickets are single use. */
  readonly jti: string;
  readonly expiresAt: number;
}

/** What a console token says. */
export interface ConsoleClaims {
  readonly role: 'regulator' | 'platform';
  readonly platform: string | null;
  readonly name: string;
  readonly expiresAt: number;
}

/** Signs and checks short tokens (ES256). A failed check says only why, never what. */
export interface Tokens {
  issue(claims: TokenClaims): string;
  check(
    token: string,
  ):
    | { readonly ok: true; readonly claims: TokenClaims }
    | { readonly ok: false; readonly code: 'ticket-invalid' | 'ticket-expired' };
  issueConsole(claims: ConsoleClaims): string;
  checkConsole(token: string): ConsoleClaims | null;
  /** For the photos of one enrolment. */
  issueEnrolment(enrolment: string, expiresAt: number): string;
  /** The enrolment that a ticket is for; null when the ticket is not valid, or no longer. */
  checkEnrolment(token: string): string | null;
  /** Public keys for `/.well-known/jwks.json`. */
  jwks(): { readonly keys: readonly Record<string, unknown>[] };
}

/** One connected client of a sitting. */
export interface ClientLink {
  /** Sends a directive; resolves true when the client confirmed it within the link's time limit. */
  send(directive: Directive): Promise<boolean>;
  close(): void;
}

/** Counters and gauges; the names are listed in docs/operations.md. */
export interface Metrics {
  count(name: string, by?: number): void;
  observe(name: string, value: number): void;
}

/** Structured log. Never receives tokens, images, templates or identity numbers. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
  warn(event: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
  error(event: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
}
