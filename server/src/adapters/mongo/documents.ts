/**
 * The documents and their indexes. One append is one document of `groups`, so it is there whole or not at all; the summary
 * in `sessions` is derived from the groups and can be made again from them. Wherever two writers may want the same thing,
 * an insert under a unique key decides (docs/adr/0011).
 */
import type { BanView, Course, EndReason, Finding, Outcome, PlatformFinding } from '@zhenxue/protocol';
import { type Connection, type Model, Schema } from 'mongoose';

/** A link of the chain inside its group. */
export interface RecordPart {
  readonly n: number;
  /** Byte of the kind, as in the chain. */
  readonly kind: number;
  readonly at: number;
  readonly bytes: Buffer;
  readonly chain: Buffer;
}

/** What an append changes in the summary. */
export interface HotPart {
  readonly build: string;
  readonly endedAt: number | null;
  readonly ended: EndReason | null;
  readonly outcome: Outcome;
  readonly creditedMs: number;
  readonly coveragePermille: number;
  readonly violations: number;
  readonly suppressions: readonly string[];
  /** Credited intervals as from, to, from, to, …: flat, since not every server of the wire protocol nests arrays. */
  readonly credited: readonly number[];
  readonly seq: number;
  readonly dueAt: number | null;
}

/** A sitting: fixed facts, the derived summary, and who may write. */
export interface SessionDoc extends HotPart {
  readonly _id: string;
  readonly platform: string;
  readonly learner: string;
  readonly course: string;
  readonly lesson: string;
  readonly packId: string;
  readonly openedAt: number;
  readonly seed: string;
  readonly findings: readonly Finding[];
  /** What only one live sitting may hold; the sitting's own id when nothing, or no longer anything, is claimed. */
  readonly claim: string;
  /** Last group that the summary includes. */
  readonly slot: number;
  readonly epoch: number;
  readonly owner: string | null;
  readonly wanted: boolean;
  /** The records are in the archive; absent = no. What is left of the groups then counts for nothing but their slots. */
  readonly archived?: boolean;
  /** The groups' records are deleted, too; absent = no. */
  readonly cleared?: boolean;
  /** Kinds of data that were deleted on purpose; absent = none. */
  readonly buried?: readonly string[];
}

/** What remains of something that was deleted on purpose. */
export interface TombstoneDoc {
  /** `session/kind`. */
  readonly _id: string;
  readonly session: string;
  readonly kind: string;
  readonly openedAt: number;
  readonly endedAt: number;
  readonly at: number;
  readonly hash: Buffer;
  readonly left: Buffer;
  readonly reason: string;
}

/** The packed records of an ended sitting. */
export interface ArchiveDoc {
  readonly _id: string;
  readonly count: number;
  readonly head: Buffer;
  readonly body: Buffer;
}

/** One append of one sitting, or, without records, the fence that a new owner puts up. Slot 0 is the creation. */
export interface GroupDoc {
  /** `session/slot`. */
  readonly _id: string;
  readonly session: string;
  /** 1, 2, 3, … inside the session: whoever takes a slot has it for good, that is what fences. */
  readonly slot: number;
  readonly epoch: number;
  readonly records: readonly RecordPart[];
  /** Highest batch up to and with this group; null for a fence. */
  readonly seq: number | null;
  readonly hot: HotPart | null;
  readonly findings: readonly Finding[];
}

/** How long an owner of leases lives. */
export interface OwnerDoc {
  readonly _id: string;
  readonly until: number;
}

/** A single-use ticket. */
export interface TicketDoc {
  readonly _id: string;
  readonly session: string;
  readonly expiresAt: number;
}

/** That a ticket was used; under the ticket's key, so that it can be there once. */
export interface TicketUseDoc {
  readonly _id: string;
  readonly expiresAt: number;
  readonly usedAt: number;
}

/** A registered platform. */
export interface PlatformDoc {
  readonly _id: string;
  readonly name: string;
  readonly listed: boolean;
}

/** A platform's course. */
export interface CourseDoc {
  readonly _id: string;
  readonly platform: string;
  readonly id: string;
  readonly body: Course;
}

/** An access key, by its hash. */
export interface KeyDoc {
  readonly _id: string;
  readonly label: string;
  readonly platform: string | null;
  readonly scopes: readonly string[];
  readonly mode: 'test' | 'live';
}

/** A finding against a platform with its ban: one document, so that both are written together. */
export interface SanctionDoc {
  /** `[platform, kind, number]`: whoever comes second with a number finds it taken and has to look again. */
  readonly _id: string;
  readonly platform: string;
  readonly kind: string;
  /** 1, 2, 3, … among the findings of one kind against one platform. */
  readonly number: number;
  readonly finding: PlatformFinding;
  readonly ban: Omit<BanView, 'inForce' | 'platformName'>;
}

/** A row about faces: what it is searched by, and the row. Ids grow with time. */
export interface IdentityDoc {
  readonly _id: string;
  readonly subject: string;
  readonly status: string;
  readonly body: unknown;
}

/** A place of a person; see `PlaceStore`. */
export interface PlaceDoc {
  /** `person/session`. */
  readonly _id: string;
  readonly person: string;
  readonly session: string;
  readonly owner: string;
  readonly live: boolean;
  readonly shared: boolean;
  /** From, to, from, to, … */
  readonly stretches: readonly number[];
  readonly expiresAt: number;
}

/** A link of the audit chain. The number is the key: whoever comes second with one links behind the first. */
export interface AuditDoc {
  readonly _id: number;
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly subject: string;
  readonly why: string;
  readonly caseId: string | null;
  readonly chain: string;
}

/** A queued notice. */
export interface NoticeDoc {
  readonly _id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly payload: string;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly attempts: number;
  readonly lastError: string;
}

/** That a try of a notice was begun: under the notice's id and the number of the try, so that one server begins it. */
export interface NoticeClaimDoc {
  /** `id/attempt`. */
  readonly _id: string;
  readonly notice: string;
  readonly until: number;
}

/** Which program wrote the database. */
export interface MetaDoc {
  readonly _id: string;
  readonly version: number;
}

/** The collections of one connection. */
export interface Models {
  readonly sessions: Model<SessionDoc>;
  readonly groups: Model<GroupDoc>;
  readonly archives: Model<ArchiveDoc>;
  readonly tombstones: Model<TombstoneDoc>;
  readonly owners: Model<OwnerDoc>;
  readonly tickets: Model<TicketDoc>;
  readonly ticketUses: Model<TicketUseDoc>;
  readonly platforms: Model<PlatformDoc>;
  readonly courses: Model<CourseDoc>;
  readonly keys: Model<KeyDoc>;
  readonly sanctions: Model<SanctionDoc>;
  readonly consents: Model<IdentityDoc>;
  readonly enrolments: Model<IdentityDoc>;
  readonly reviews: Model<IdentityDoc>;
  readonly accesses: Model<IdentityDoc>;
  readonly places: Model<PlaceDoc>;
  readonly audit: Model<AuditDoc>;
  readonly outbox: Model<NoticeDoc>;
  readonly outboxClaims: Model<NoticeClaimDoc>;
  readonly meta: Model<MetaDoc>;
}

const text = { type: String, required: true } as const;
const emptyText = { type: String, default: '' } as const;
const integer = { type: Number, required: true } as const;
const maybeText = { type: String, default: null } as const;
const maybeInteger = { type: Number, default: null } as const;
const flag = { type: Boolean, required: true } as const;
const anything = { type: Schema.Types.Mixed } as const;
const binary = { type: Buffer, required: true } as const;

const RECORDS = [{ _id: false, n: integer, kind: integer, at: integer, bytes: binary, chain: binary }];

const HOT = {
  build: emptyText,
  endedAt: maybeInteger,
  ended: maybeText,
  outcome: text,
  creditedMs: integer,
  coveragePermille: integer,
  violations: integer,
  suppressions: [String],
  credited: [Number],
  seq: integer,
  dueAt: maybeInteger,
};

/** No version key (every change is a single atomic one), nothing unknown, nothing left out because it is empty. */
const OPTIONS = {
  versionKey: false,
  strict: 'throw',
  minimize: false,
  autoIndex: false,
  autoCreate: false,
} as const;

function sessionSchema(): Schema {
  const facts = {
    platform: text,
    learner: text,
    course: text,
    lesson: text,
    packId: text,
    openedAt: integer,
  };
  const lease = { slot: integer, epoch: integer, owner: maybeText, wanted: flag, claim: text };
  const archive = { archived: Boolean, cleared: Boolean, buried: { type: [String], default: undefined } };
  const schema = new Schema(
    { _id: text, ...facts, ...HOT, ...lease, ...archive, seed: text, findings: [anything] },
    OPTIONS,
  );
  schema.index({ claim: 1 }, { unique: true });
  schema.index({ openedAt: -1, _id: -1 });
  schema.index({ platform: 1, openedAt: -1, _id: -1 });
  schema.index({ platform: 1, course: 1, lesson: 1, openedAt: 1 });
  schema.index({ platform: 1, learner: 1, course: 1, lesson: 1 });
  schema.index({ learner: 1, openedAt: -1, _id: -1 });
  schema.index({ course: 1, openedAt: -1, _id: -1 });
  schema.index({ endedAt: 1, dueAt: 1 });
  schema.index({ cleared: 1, endedAt: 1 });
  schema.index({ owner: 1, wanted: 1 });
  return schema;
}

function groupSchema(): Schema {
  const schema = new Schema(
    {
      _id: text,
      session: text,
      slot: integer,
      epoch: integer,
      records: RECORDS,
      seq: maybeInteger,
      hot: { type: new Schema(HOT, { _id: false }), default: null },
      findings: [anything],
    },
    OPTIONS,
  );
  schema.index({ session: 1, slot: 1 }, { unique: true });
  schema.index({ session: 1, seq: 1 });
  return schema;
}

/** Schemas of what lies beside the sittings. */
function officeSchemas(): Record<'places' | 'audit' | 'outbox' | 'claims', Schema> {
  const where = { person: text, session: text, owner: text, live: flag, shared: flag };
  const places = new Schema({ _id: text, ...where, stretches: [Number], expiresAt: integer }, OPTIONS);
  places.index({ person: 1 });
  places.index({ owner: 1, shared: 1 });
  places.index({ expiresAt: 1 });
  const said = { at: integer, who: text, what: text, subject: emptyText, why: emptyText, caseId: maybeText };
  const audit = new Schema({ _id: integer, ...said, chain: text }, OPTIONS);
  audit.index({ who: 1, _id: -1 });
  audit.index({ subject: 1, _id: -1 });
  audit.index({ caseId: 1, _id: -1 });
  const told = { kind: text, recipient: text, payload: text, createdAt: integer, dueAt: integer };
  const progress = { state: text, attempts: integer, lastError: emptyText };
  const outbox = new Schema({ _id: text, ...told, ...progress }, OPTIONS);
  outbox.index({ state: 1, dueAt: 1 });
  outbox.index({ createdAt: -1, _id: -1 });
  outbox.index({ recipient: 1, createdAt: -1, _id: -1 });
  const claims = new Schema({ _id: text, notice: text, until: integer }, OPTIONS);
  claims.index({ notice: 1 });
  return { places, audit, outbox, claims };
}

/** Defines the collections on a connection. */
export function createModels(connection: Connection): Models {
  const model = <T>(name: string, schema: Schema): Model<T> =>
    connection.model(name, schema, name) as unknown as Model<T>;
  const simple = (fields: Record<string, unknown>) => new Schema({ _id: text, ...fields }, OPTIONS);
  const tickets = simple({ session: text, expiresAt: integer });
  tickets.index({ expiresAt: 1 });
  const ticketUses = simple({ expiresAt: integer, usedAt: integer });
  ticketUses.index({ expiresAt: 1 });
  const courses = simple({ platform: text, id: text, body: anything });
  courses.index({ platform: 1, id: 1 }, { unique: true });
  const sanctions = simple({ platform: text, kind: text, number: integer, finding: anything, ban: anything });
  sanctions.index({ platform: 1, kind: 1, number: 1 }, { unique: true });
  const identity = () => {
    const schema = simple({ subject: text, status: text, body: anything });
    schema.index({ subject: 1, _id: 1 });
    schema.index({ status: 1, _id: 1 });
    return schema;
  };
  const office = officeSchemas();
  const times = { openedAt: integer, endedAt: integer, at: integer };
  const tombstones = simple({
    session: text,
    kind: text,
    ...times,
    hash: binary,
    left: binary,
    reason: text,
  });
  tombstones.index({ session: 1 });
  return {
    places: model('places', office.places),
    audit: model('audit', office.audit),
    outbox: model('outbox', office.outbox),
    outboxClaims: model('outbox_claims', office.claims),
    sessions: model('sessions', sessionSchema()),
    groups: model('groups', groupSchema()),
    archives: model('archives', simple({ count: integer, head: binary, body: binary })),
    tombstones: model('tombstones', tombstones),
    owners: model('owners', simple({ until: integer })),
    tickets: model('tickets', tickets),
    ticketUses: model('ticket_uses', ticketUses),
    platforms: model('platforms', simple({ name: text, listed: flag })),
    courses: model('courses', courses),
    keys: model('access_keys', simple({ label: text, platform: maybeText, scopes: [String], mode: text })),
    sanctions: model('sanctions', sanctions),
    consents: model('consents', identity()),
    enrolments: model('enrolments', identity()),
    reviews: model('reviews', identity()),
    accesses: model('accesses', identity()),
    meta: model('meta', simple({ version: integer })),
  };
}
