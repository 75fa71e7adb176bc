import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, localDate } from '../../../server/src/core/calendar/local-date.ts';
import { admitEntry, automaticEntries } from '../../../server/src/core/sanctions/admit.ts';
import {
  type ProposedEntry,
  type SanctionEntry,
  termsOf,
} from '../../../server/src/core/sanctions/entries.ts';
import {
  bannedDays,
  entriesKnownAt,
  inForce,
  responseEndsOn,
  standingOf,
  statusOn,
} from '../../../server/src/core/sanctions/standing.ts';
import {
  BANNED,
  entry,
  file,
  imposed,
  on,
  proposed,
  REASON,
  refusalOf,
  ZONE,
} from '../../support/sanction-file.ts';
import { packOf } from '../../support/sitting.ts';

const DAY = 86_400_000;

const statuses = (entries: readonly SanctionEntry[], ...dates: string[]): string[] => {
  const standing = standingOf(entries);
  return standing === null ? [] : dates.map((date) => statusOn(standing, date));
};

describe('automatic mode', () => {
  it('imposes at once, from the date of the violation and not of its discovery', () => {
    expect(standingOf(BANNED)?.term).toEqual({ startsOn: '2026-03-02', endsOn: '2028-03-02' });
    expect(statuses(BANNED, '2026-03-01', '2026-03-02', '2026-03-05', '2028-03-02', '2028-03-03')).toEqual([
      'not-begun',
      'in-force',
      'in-force',
      'in-force',
      'expired',
    ]);
  });

  it('counts the days between violation and discovery as banned', () => {
    expect(bannedDays(BANNED)).toEqual([{ from: '2026-03-02', to: '2028-03-02' }]);
    expect(inForce(BANNED, '2026-03-05')).toBe(true);
    expect(inForce(entriesKnownAt(BANNED, on('2026-03-09')), '2026-03-05')).toBe(false);
  });

  it('is in force at an instant by its local date', () => {
    const instants = [
      on('2026-03-01', '23:59:59.999'),
      on('2026-03-02', '00:00:00.000'),
      on('2028-03-02', '23:59:59.999'),
      on('2028-03-03', '00:00:00.000'),
    ];
    expect(instants.map((at) => inForce(BANNED, at))).toEqual([false, true, true, false]);
  });

  it('writes its two entries itself', () => {
    const { kind: _kind, official: _official, ...proposal } = proposed('2026-03-10') as ProposedEntry;
    expect(file(...automaticEntries(proposal)).map((e) => `${e.kind} ${e.official}`)).toEqual([
      'proposed automatic',
      'imposed automatic',
    ]);
    const reviewed = automaticEntries({ ...proposal, terms: termsOf(packOf('lj-2026-8')) });
    expect(refusalOf(reviewed.slice(0, 1), reviewed[1] as SanctionEntry)).toBe('not-notified');
  });

  it('keeps the appeal open', () => {
    const appeal = entry('2026-04-01', { kind: 'responded', statement: 'd1' });
    expect(standingOf(file(...BANNED, appeal))?.responses).toBe(1);
  });

  it('takes the length from the terms of its pack', () => {
    const long = file(
      proposed('2026-03-10', {
        terms: { mode: 'automatic', zone: ZONE, banYears: 3, responseWindowDays: 1 },
      }),
      imposed('2026-03-10', null),
    );
    expect(standingOf(long)?.term?.endsOn).toBe('2029-03-02');
  });
});

describe('reviewed mode', () => {
  const opened = file(proposed('2026-03-10', {}, 'lj-2026-8'));
  const told = file(...opened, entry('2026-03-11', { kind: 'notified' }));

  it('goes through notice, answer and two officials', () => {
    const answered = file(...told, entry('2026-03-12', { kind: 'responded', statement: 'd1' }));
    const done = file(...answered, imposed('2026-03-22'));
    expect([opened, told, done].flatMap((entries) => statuses(entries, '2026-03-15'))).toEqual([
      'proposed',
      'notified',
      'in-force',
    ]);
    expect(standingOf(done)?.term).toEqual({ startsOn: '2026-03-02', endsOn: '2029-03-02' });
  });

  it('is not in force before it is imposed', () => {
    expect(inForce(told, '2026-03-15')).toBe(false);
    expect(bannedDays(told)).toEqual([]);
  });

  it('does not count the day of the notice into the window', () => {
    const standing = standingOf(told);
    expect(standing && responseEndsOn(standing)).toBe('2026-03-21');
  });

  it.each([
    ['2026-03-21', '23:59:59.999', 'response-window-open'],
    ['2026-03-22', '00:00:00.000', 'admitted'],
  ])('imposed on %s at %s: %s', (date, time, expected) => {
    expect(refusalOf(told, { ...imposed(date), at: on(date, time) })).toBe(expected);
  });

  it.each([
    ['anna', 'same-official'],
    [null, 'bad-official'],
    ['', 'bad-official'],
    ['automatic', 'bad-official'],
    ['boris', 'admitted'],
  ])('signed by anna and %s: %s', (second, expected) => {
    expect(refusalOf(told, imposed('2026-03-22', second))).toBe(expected);
  });

  it('cannot be imposed by the machine, nor without a notice', () => {
    expect(refusalOf(told, { ...imposed('2026-03-22'), official: 'automatic' })).toBe('bad-official');
    expect(refusalOf(opened, imposed('2026-06-22'))).toBe('not-notified');
    expect(refusalOf(opened, entry('2026-03-12', { kind: 'responded', statement: 'd' }))).toBe(
      'not-notified',
    );
  });

  it('can be dropped', () => {
    const dropped = file(...told, entry('2026-03-13', { kind: 'lifted', from: null }));
    expect(statuses(dropped, '2026-03-15')).toEqual(['dropped']);
    expect(refusalOf(dropped, imposed('2026-03-22'))).toBe('closed');
    expect(refusalOf(told, entry('2026-03-13', { kind: 'lifted', from: '2026-03-13' }))).toBe('not-imposed');
  });
});

describe('after a ban was imposed', () => {
  const stayed = file(...BANNED, entry('2026-04-01', { kind: 'stayed', from: '2026-04-02' }));
  const resumed = file(...stayed, entry('2026-05-01', { kind: 'resumed', from: '2026-05-03' }));

  it('has no effect while stayed, and the stay does not lengthen it', () => {
    expect(statuses(stayed, '2026-04-01', '2026-04-02', '2028-03-02', '2028-03-03')).toEqual([
      'in-force',
      'stayed',
      'stayed',
      'expired',
    ]);
    expect(statuses(resumed, '2026-05-02', '2026-05-03', '2028-03-02', '2028-03-03')).toEqual([
      'stayed',
      'in-force',
      'in-force',
      'expired',
    ]);
    expect(bannedDays(resumed)).toEqual([
      { from: '2026-03-02', to: '2026-04-01' },
      { from: '2026-05-03', to: '2028-03-02' },
    ]);
  });

  it('was never without effect when resumed on the day of the stay', () => {
    const both = file(...stayed, entry('2026-04-01', { kind: 'resumed', from: '2026-04-02' }));
    expect(bannedDays(both)).toEqual([{ from: '2026-03-02', to: '2028-03-02' }]);
  });

  it('ends earlier when reduced', () => {
    const reduced = file(...BANNED, entry('2026-04-01', { kind: 'reduced', endsOn: '2027-03-02' }));
    expect(statuses(reduced, '2027-03-02', '2027-03-03')).toEqual(['in-force', 'expired']);
  });

  it('ends on the day from which it is lifted', () => {
    const lifted = file(...BANNED, entry('2026-04-01', { kind: 'lifted', from: '2026-04-01' }));
    expect(statuses(lifted, '2026-03-31', '2026-04-01', '2029-01-01')).toEqual([
      'in-force',
      'lifted',
      'lifted',
    ]);
  });

  it('never was, when lifted from its first day: trainings of all its days count again', () => {
    const annulled = file(...BANNED, entry('2026-04-01', { kind: 'lifted', from: '2026-03-02' }));
    expect(bannedDays(annulled)).toEqual([]);
    expect(inForce(annulled, '2026-03-05')).toBe(false);
    expect(inForce(entriesKnownAt(annulled, on('2026-03-31')), '2026-03-05')).toBe(true);
  });

  it('is closed by lifting', () => {
    const lifted = file(...BANNED, entry('2026-04-01', { kind: 'lifted', from: '2026-04-01' }));
    for (const next of [
      entry('2026-04-02', { kind: 'stayed', from: '2026-04-03' }),
      entry('2026-04-02', { kind: 'notified' }),
    ])
      expect(refusalOf(lifted, next)).toBe('closed');
  });
});

describe('the days of a ban', () => {
  const today = file(proposed('2026-03-02'), imposed('2026-03-02', null));

  it('are none before a stay from its first day', () => {
    const stay = entry('2026-03-02', { kind: 'stayed', from: '2026-03-02' });
    expect(bannedDays(file(...today, stay))).toEqual([]);
    const resumed = entry('2026-03-02', { kind: 'resumed', from: '2026-03-04' });
    expect(bannedDays(file(...today, stay, resumed))).toEqual([{ from: '2026-03-04', to: '2028-03-02' }]);
  });

  it('can be a single one at either end of a stay', () => {
    const stay = entry('2026-03-02', { kind: 'stayed', from: '2026-03-03' });
    const resumed = entry('2026-03-02', { kind: 'resumed', from: '2028-03-02' });
    expect(bannedDays(file(...today, stay, resumed))).toEqual([
      { from: '2026-03-02', to: '2026-03-02' },
      { from: '2028-03-02', to: '2028-03-02' },
    ]);
  });

  it.each([
    ['2026-06-01', [{ from: '2026-03-02', to: '2026-03-31' }]],
    ['2026-03-20', [{ from: '2026-03-02', to: '2026-03-20' }]],
  ])('end with a reduction to %s, whatever was stayed', (endsOn, expected) => {
    const stay = entry('2026-03-02', { kind: 'stayed', from: '2026-04-01' });
    const resumed = entry('2026-03-02', { kind: 'resumed', from: '2026-08-01' });
    const reduced = entry('2026-03-03', { kind: 'reduced', endsOn });
    expect(bannedDays(file(...today, stay, resumed, reduced))).toEqual(expected);
  });

  it('are known from the instant of the entry', () => {
    const at = on('2026-03-02');
    expect([at - 1, at].map((instant) => inForce(entriesKnownAt(today, instant), '2026-03-02'))).toEqual([
      false,
      true,
    ]);
  });
});

it('stands after an admitted entry as after reading the whole file again', () => {
  const stay = entry('2026-04-01', { kind: 'stayed', from: '2026-04-02' });
  const result = admitEntry(BANNED, stay);
  expect(result).toEqual({ ok: true, value: standingOf([...BANNED, stay]) });
});

describe('any file', () => {
  /** Steps of a procedure: what is tried, how many days later, and with which date relative to that day. */
  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom('stayed', 'resumed', 'reduced', 'lifted', 'responded', 'notified'),
      later: fc.integer({ min: 0, max: 200 }),
      offset: fc.integer({ min: -100, max: 300 }),
    }),
    { maxLength: 12 },
  );

  function play(tried: readonly { kind: string; later: number; offset: number }[]): readonly SanctionEntry[] {
    const entries = [...BANNED];
    let at = on('2026-03-10');
    for (const { kind, later, offset } of tried) {
      at += later * DAY;
      const date = addDays(localDate(at, ZONE), offset);
      const next = { kind, at, official: 'anna', reason: REASON, from: date, endsOn: date, statement: 'd' };
      if (admitEntry(entries, next as unknown as SanctionEntry).ok)
        entries.push(next as unknown as SanctionEntry);
    }
    return entries;
  }

  it('bans exactly the days on which it is in force', () => {
    fc.assert(
      fc.property(steps, (tried) => {
        const entries = play(tried);
        const spans = bannedDays(entries);
        for (let i = 1; i < spans.length; i += 1)
          expect((spans[i]?.from ?? '') > (spans[i - 1]?.to ?? '')).toBe(true);
        for (let date = '2026-02-20'; date < '2028-03-10'; date = addDays(date, 7)) {
          const held = spans.some((span) => span.from <= date && date <= (span.to ?? ''));
          expect(inForce(entries, date)).toBe(held);
        }
        for (const span of spans) {
          expect(inForce(entries, span.from) && inForce(entries, span.to ?? '')).toBe(true);
          expect(inForce(entries, addDays(span.to ?? '', 1))).toBe(
            spans.some((next) => next.from === addDays(span.to ?? '', 1)),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is only ever shortened by what follows', () => {
    fc.assert(
      fc.property(steps, (tried) => {
        for (const span of bannedDays(play(tried))) {
          expect(span.from >= '2026-03-02').toBe(true);
          expect((span.to ?? '') <= '2028-03-02').toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
