/**
 * Whether an entry may be appended to a sanction's file (rules §4). Reviewed mode: proposed → notified → response window →
 * imposed by two different officials; automatic mode: imposed at once, appeal open. A refusal names its reason; nothing is
 * ever taken out of a file.
 */
import type { ProtocolError, Result } from '@zhenxue/protocol';
import { isLocalDate, isZone, localDate } from '../calendar/local-date.ts';
import {
  AUTOMATIC_OFFICIAL,
  type ImposedEntry,
  type LiftedEntry,
  type ProposedEntry,
  REASON_CHARS_MAX,
  SANCTION_ENTRIES_MAX,
  type SanctionEntry,
} from './entries.ts';
import { evolveStanding, openStanding, responseEndsOn, type Standing, standingOf } from './standing.ts';

/** Why an entry was refused. A closed list. */
export type SanctionRefusalReason =
  | 'not-a-beginning'
  | 'already-begun'
  | 'file-full'
  | 'bad-instant'
  | 'bad-official'
  | 'bad-reason'
  | 'bad-date'
  | 'bad-terms'
  | 'closed'
  | 'already-notified'
  | 'not-notified'
  | 'already-imposed'
  | 'not-imposed'
  | 'response-window-open'
  | 'same-official'
  | 'already-stayed'
  | 'not-stayed'
  | 'not-shorter';

/** A refusal: an `invalid-request` towards the outside, with the reason inside the domain. */
export interface SanctionRefusal extends ProtocolError {
  readonly refusal: SanctionRefusalReason;
}

/** The standing after the entry, or why it was refused. */
export type Admission = Result<Standing, SanctionRefusal>;

type Objection = SanctionRefusal | null;

const OFFICIAL = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;
const YEARS_MAX = 20;
const WINDOW_DAYS_MAX = 90;

function refuse(
  refusal: SanctionRefusalReason,
  path: string,
  expected: string,
  got: string,
): SanctionRefusal {
  return { code: 'invalid-request', path, expected, got, refusal };
}

function isText(text: unknown, charsMax: number): boolean {
  return typeof text === 'string' && text.trim() !== '' && text.length <= charsMax;
}

/** What every entry needs. */
function formOf(entry: SanctionEntry, lastAt: number): Objection {
  if (!Number.isSafeInteger(entry.at) || entry.at < lastAt)
    return refuse('bad-instant', 'at', `an instant in ms, not before ${lastAt}`, String(entry.at));
  if (!OFFICIAL.test(entry.official))
    return refuse('bad-official', 'official', 'the reference of an official', 'something else');
  if (!isText(entry.reason.zh, REASON_CHARS_MAX) || !isText(entry.reason.en, REASON_CHARS_MAX))
    return refuse(
      'bad-reason',
      'reason',
      `a reason in both languages, at most ${REASON_CHARS_MAX} characters each`,
      'less or more',
    );
  return null;
}

function whole(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}

/** What a proposal needs: terms that make sense, and a violation that has happened. */
function proposable(entry: ProposedEntry): Objection {
  const { terms } = entry;
  if (!whole(terms.banYears, YEARS_MAX) || !whole(terms.responseWindowDays, WINDOW_DAYS_MAX))
    return refuse(
      'bad-terms',
      'terms',
      `1 to ${YEARS_MAX} years and 1 to ${WINDOW_DAYS_MAX} days`,
      'other numbers',
    );
  if (!isZone(terms.zone))
    return refuse('bad-terms', 'terms.zone', 'the name of a time zone', 'something else');
  if (!isLocalDate(entry.violationDate) || entry.violationDate > localDate(entry.at, terms.zone))
    return refuse('bad-date', 'violationDate', 'a local date not after the proposal', 'something else');
  return null;
}

function imposable(standing: Standing, entry: ImposedEntry): Objection {
  const { mode, zone } = standing.proposal.terms;
  if (standing.imposedAt !== null)
    return refuse('already-imposed', 'kind', 'a file without a ban', 'a ban imposed before');
  if (mode === 'automatic') return null;
  const endsOn = responseEndsOn(standing);
  if (endsOn === null) return refuse('not-notified', 'kind', 'a platform that was told', 'no notice');
  const today = localDate(entry.at, zone);
  if (today <= endsOn) return refuse('response-window-open', 'at', `a local date after ${endsOn}`, today);
  const second = entry.countersignedBy;
  if (entry.official === AUTOMATIC_OFFICIAL || second === AUTOMATIC_OFFICIAL)
    return refuse('bad-official', 'official', 'two officials', 'the automatic procedure');
  if (second === null || !OFFICIAL.test(second))
    return refuse('bad-official', 'countersignedBy', 'the reference of a second official', 'something else');
  if (second === entry.official)
    return refuse('same-official', 'countersignedBy', 'an official other than the first', 'the same');
  return null;
}

/** A stay or resumption acts inside the ban's days and never backwards. */
function datedInside(standing: Standing, date: string, at: number): Objection {
  const { term, proposal, stays } = standing;
  if (term === null) return refuse('not-imposed', 'kind', 'a ban imposed before', 'no ban');
  const today = localDate(at, proposal.terms.zone);
  const lastStay = stays.at(-1)?.from ?? today;
  const earliest = lastStay > today ? lastStay : today;
  if (isLocalDate(date) && date >= earliest && date >= term.startsOn && date <= term.endsOn) return null;
  return refuse('bad-date', 'from', `a local date from ${earliest} to ${term.endsOn}`, 'something else');
}

function isStayOpen(standing: Standing): boolean {
  return standing.stays.at(-1)?.to === null;
}

function reducible(standing: Standing, endsOn: string): Objection {
  const { term } = standing;
  if (term === null) return refuse('not-imposed', 'kind', 'a ban imposed before', 'no ban');
  if (!isLocalDate(endsOn) || endsOn < term.startsOn)
    return refuse('bad-date', 'endsOn', `a local date from ${term.startsOn} on`, 'something else');
  if (endsOn >= term.endsOn)
    return refuse('not-shorter', 'endsOn', `a local date before ${term.endsOn}`, endsOn);
  return null;
}

function liftable(standing: Standing, entry: LiftedEntry): Objection {
  const { term } = standing;
  if (term === null) {
    if (entry.from === null) return null;
    return refuse('not-imposed', 'from', 'null, since no ban was imposed', 'a date');
  }
  if (
    entry.from !== null &&
    isLocalDate(entry.from) &&
    entry.from >= term.startsOn &&
    entry.from <= term.endsOn
  )
    return null;
  return refuse('bad-date', 'from', `a local date from ${term.startsOn} to ${term.endsOn}`, 'something else');
}

function orderOf(standing: Standing, entry: SanctionEntry): Objection {
  if (standing.dropped || standing.liftedFrom !== null)
    return refuse('closed', 'kind', 'a file that is open', 'a file closed by lifting');
  switch (entry.kind) {
    case 'proposed':
      return refuse('already-begun', 'kind', 'one proposal per file', 'a second');
    case 'notified':
      if (standing.notifiedAt === null) return null;
      return refuse('already-notified', 'kind', 'one notice per file', 'a second');
    case 'responded':
      if (standing.notifiedAt !== null || standing.imposedAt !== null) return null;
      return refuse('not-notified', 'kind', 'a platform that was told', 'no notice');
    case 'imposed':
      return imposable(standing, entry);
    case 'stayed':
      if (isStayOpen(standing)) return refuse('already-stayed', 'kind', 'a ban with effect', 'a stayed one');
      return datedInside(standing, entry.from, entry.at);
    case 'resumed':
      if (!isStayOpen(standing))
        return refuse('not-stayed', 'kind', 'a stayed ban', 'one with effect, or none');
      return datedInside(standing, entry.from, entry.at);
    case 'reduced':
      return reducible(standing, entry.endsOn);
    case 'lifted':
      return liftable(standing, entry);
    default:
      entry satisfies never;
      return refuse('not-a-beginning', 'kind', 'a known kind of entry', 'another');
  }
}

function begin(entry: SanctionEntry): Admission {
  if (entry.kind !== 'proposed')
    return { ok: false, error: refuse('not-a-beginning', 'kind', 'a proposal first', entry.kind) };
  const objection = formOf(entry, 0) ?? proposable(entry);
  return objection === null ? { ok: true, value: openStanding(entry) } : { ok: false, error: objection };
}

/**
 * Looks whether `entry` may be appended to `entries`.
 * @returns the standing after it, or the refusal. The entries themselves are never changed.
 */
export function admitEntry(entries: readonly SanctionEntry[], entry: SanctionEntry): Admission {
  const standing = standingOf(entries);
  if (standing === null) return begin(entry);
  if (entries.length >= SANCTION_ENTRIES_MAX) {
    const full = refuse('file-full', 'entries', `at most ${SANCTION_ENTRIES_MAX}`, String(entries.length));
    return { ok: false, error: full };
  }
  const objection = formOf(entry, standing.lastAt) ?? orderOf(standing, entry);
  if (objection !== null) return { ok: false, error: objection };
  return { ok: true, value: evolveStanding(standing, entry) };
}

/** The two entries of the automatic mode: proposed and imposed at the same instant, by the rule engine. */
export function automaticEntries(
  proposal: Omit<ProposedEntry, 'kind' | 'official'>,
): readonly SanctionEntry[] {
  const { at, reason } = proposal;
  return [
    { ...proposal, kind: 'proposed', official: AUTOMATIC_OFFICIAL },
    { kind: 'imposed', at, official: AUTOMATIC_OFFICIAL, countersignedBy: null, reason },
  ];
}
