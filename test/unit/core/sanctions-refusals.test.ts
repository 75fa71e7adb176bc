import { describe, expect, it } from 'vitest';
import { admitEntry } from '../../../server/src/core/sanctions/admit.ts';
import {
  type ProposedEntry,
  REASON_CHARS_MAX,
  SANCTION_ENTRIES_MAX,
  type SanctionEntry,
} from '../../../server/src/core/sanctions/entries.ts';
import { inForce, standingOf } from '../../../server/src/core/sanctions/standing.ts';
import { BANNED, entry, file, imposed, proposed, refusalOf, ZONE } from '../../support/sanction-file.ts';

describe('after a ban was imposed', () => {
  const stayed = file(...BANNED, entry('2026-04-01', { kind: 'stayed', from: '2026-04-02' }));

  it.each<[string, readonly SanctionEntry[], SanctionEntry, string]>([
    ['a second proposal', BANNED, proposed('2026-04-01'), 'already-begun'],
    ['a second ban', BANNED, imposed('2026-04-01', null), 'already-imposed'],
    [
      'a second notice',
      file(...BANNED, entry('2026-04-01', { kind: 'notified' })),
      entry('2026-04-02', { kind: 'notified' }),
      'already-notified',
    ],
    [
      'a stay of a stayed ban',
      stayed,
      entry('2026-04-02', { kind: 'stayed', from: '2026-04-03' }),
      'already-stayed',
    ],
    [
      'a resumption without a stay',
      BANNED,
      entry('2026-04-01', { kind: 'resumed', from: '2026-04-02' }),
      'not-stayed',
    ],
    ['a stay into the past', BANNED, entry('2026-04-01', { kind: 'stayed', from: '2026-03-31' }), 'bad-date'],
    ['a stay from today', BANNED, entry('2026-04-01', { kind: 'stayed', from: '2026-04-01' }), 'admitted'],
    [
      'a stay on the last day',
      BANNED,
      entry('2026-04-01', { kind: 'stayed', from: '2028-03-02' }),
      'admitted',
    ],
    ['a stay after the end', BANNED, entry('2026-04-01', { kind: 'stayed', from: '2028-03-03' }), 'bad-date'],
    [
      'a resumption before its stay',
      stayed,
      entry('2026-04-01', { kind: 'resumed', from: '2026-04-01' }),
      'bad-date',
    ],
    ['a stay on no date', BANNED, entry('2026-04-01', { kind: 'stayed', from: '2026-04-31' }), 'bad-date'],
    [
      'a reduction to the same end',
      BANNED,
      entry('2026-04-01', { kind: 'reduced', endsOn: '2028-03-02' }),
      'not-shorter',
    ],
    [
      'a reduction by a day',
      BANNED,
      entry('2026-04-01', { kind: 'reduced', endsOn: '2028-03-01' }),
      'admitted',
    ],
    [
      'a reduction to the first day',
      BANNED,
      entry('2026-04-01', { kind: 'reduced', endsOn: '2026-03-02' }),
      'admitted',
    ],
    [
      'a reduction to before the ban',
      BANNED,
      entry('2026-04-01', { kind: 'reduced', endsOn: '2026-03-01' }),
      'bad-date',
    ],
    [
      'a lifting from before the ban',
      BANNED,
      entry('2026-04-01', { kind: 'lifted', from: '2026-03-01' }),
      'bad-date',
    ],
    [
      'a lifting after the end',
      BANNED,
      entry('2026-04-01', { kind: 'lifted', from: '2028-03-03' }),
      'bad-date',
    ],
    ['a lifting without a date', BANNED, entry('2026-04-01', { kind: 'lifted', from: null }), 'bad-date'],
    ['an entry from before the last', BANNED, entry('2026-03-09', { kind: 'notified' }), 'bad-instant'],
    ['an entry at the same instant', BANNED, entry('2026-03-10', { kind: 'notified' }), 'admitted'],
  ])('%s', (_name, entries, next, expected) => {
    expect(refusalOf(entries, next)).toBe(expected);
  });
});

describe('before a ban was imposed', () => {
  const opened = file(proposed('2026-03-10'));

  it.each<[SanctionEntry, string]>([
    [entry('2026-03-11', { kind: 'stayed', from: '2026-03-11' }), 'not-imposed'],
    [entry('2026-03-11', { kind: 'reduced', endsOn: '2027-03-11' }), 'not-imposed'],
    [entry('2026-03-11', { kind: 'resumed', from: '2026-03-11' }), 'not-stayed'],
  ])('refuses %j', (next, expected) => {
    expect(refusalOf(opened, next)).toBe(expected);
  });

  it('begins with a proposal and nothing else', () => {
    expect(refusalOf([], imposed('2026-03-10'))).toBe('not-a-beginning');
    expect(standingOf([])).toBeNull();
    expect(inForce([], '2026-03-10')).toBe(false);
    expect(standingOf([imposed('2026-03-10')])).toBeNull();
  });

  it.each<[string, Partial<ProposedEntry>, string]>([
    ['a violation today', { violationDate: '2026-03-10' }, 'admitted'],
    ['a violation tomorrow', { violationDate: '2026-03-11' }, 'bad-date'],
    ['a violation on no date', { violationDate: '2026-02-29' }, 'bad-date'],
    ['no official', { official: '' }, 'bad-official'],
    ['a reason in one language', { reason: { zh: '理由', en: ' ' } }, 'bad-reason'],
    ['a long reason', { reason: { zh: '理'.repeat(REASON_CHARS_MAX), en: 'r' } }, 'admitted'],
    ['a longer reason', { reason: { zh: '理'.repeat(REASON_CHARS_MAX + 1), en: 'r' } }, 'bad-reason'],
    ['no instant', { at: Number.NaN }, 'bad-instant'],
    ['an instant before time', { at: -1 }, 'bad-instant'],
    [
      'no years',
      { terms: { mode: 'automatic', zone: ZONE, banYears: 0, responseWindowDays: 1 } },
      'bad-terms',
    ],
    [
      'half a year',
      { terms: { mode: 'automatic', zone: ZONE, banYears: 0.5, responseWindowDays: 1 } },
      'bad-terms',
    ],
    [
      'too many years',
      { terms: { mode: 'automatic', zone: ZONE, banYears: 21, responseWindowDays: 1 } },
      'bad-terms',
    ],
    [
      'no window',
      { terms: { mode: 'reviewed', zone: ZONE, banYears: 2, responseWindowDays: 0 } },
      'bad-terms',
    ],
    [
      'no zone',
      { terms: { mode: 'automatic', zone: 'Mars/Base', banYears: 2, responseWindowDays: 1 } },
      'bad-terms',
    ],
  ])('%s', (_name, parts, expected) => {
    expect(refusalOf([], { ...proposed('2026-03-10', parts), ...parts } as SanctionEntry)).toBe(expected);
  });

  it('names what was expected and never what was written', () => {
    const result = admitEntry([], { ...proposed('2026-03-10'), official: 'secret name!' });
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid-request', path: 'official' } });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

it('bounds the entries of one file', () => {
  const answers = Array.from({ length: SANCTION_ENTRIES_MAX - 2 }, () =>
    entry('2026-03-11', { kind: 'responded', statement: 'd' }),
  );
  const full = [...BANNED, ...answers];
  const next = entry('2026-03-12', { kind: 'responded', statement: 'd' });
  expect(refusalOf(full.slice(0, -1), next)).toBe('admitted');
  expect(refusalOf(full, next)).toBe('file-full');
});
