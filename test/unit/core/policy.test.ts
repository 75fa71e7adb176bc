import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULTS_MAX } from '../../../server/src/core/policy/check.ts';
import { clauseOf, type PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { packBytes, packHash } from '../../../server/src/core/policy/pack-hash.ts';
import { POLICY_PACKS, packFor, SHIPPED_PACKS } from '../../../server/src/core/policy/packs.ts';
import { PACKS_MAX, parsePackSet, parsePolicyPack } from '../../../server/src/core/policy/parse-pack.ts';
import { packOf } from '../../support/sitting.ts';

const FROZEN = JSON.parse(
  readFileSync(new URL('../../vectors/packs.json', import.meta.url), 'utf8'),
) as Record<string, string>;

type Loose = Record<string, unknown>;

/** A pack with one parameter replaced; `path` such as `popup.dueMaxMs`. */
function withValue(path: string, value: unknown, id = 'zz-2022-2'): unknown {
  const copy = structuredClone(packOf(id)) as unknown as Loose;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Loose>((object, key) => object[key] as Loose, copy);
  holder[last] = value;
  return copy;
}

function faultsOf(value: unknown): readonly string[] {
  const result = parsePolicyPack(value);
  return result.ok
    ? []
    : result.error.map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`);
}

describe('the shipped packs', () => {
  it.each([...SHIPPED_PACKS])('$id parses to itself', (pack) => {
    const result = parsePolicyPack(JSON.parse(JSON.stringify(pack)));
    expect(result).toEqual({ ok: true, value: pack });
  });

  it.each([...SHIPPED_PACKS])('$id has the frozen hash', (pack) => {
    expect(FROZEN[`${pack.id}/${pack.version}`]).toBe(packHash(pack));
  });

  it('are all frozen, and nothing else is', () => {
    expect(Object.keys(FROZEN)).toEqual(SHIPPED_PACKS.map((pack) => `${pack.id}/${pack.version}`));
    expect([...POLICY_PACKS.keys()]).toEqual([
      'zz-2022-2',
      'demo',
      'lj-2026-8',
      'zz-2022-2-faces',
      'demo-faces',
    ]);
  });

  it('can stand beside each other', () => {
    expect(parsePackSet(SHIPPED_PACKS).ok).toBe(true);
  });

  it('with faces differ from those without in nothing but the live comparison', () => {
    for (const id of ['zz-2022-2', 'demo'] as const) {
      const { liveness, ...rest } = packOf(id);
      const { id: _, version, ...faces } = packOf(`${id}-faces`);
      expect(version).toBe('1');
      const { id: __, version: ___, ...without } = rest;
      expect(faces).toEqual({ ...without, liveness: { ...liveness, required: true } });
    }
  });

  it('hold the numbers of the notice', () => {
    const pack = packOf('zz-2022-2');
    expect(pack.popup.gapMaxMs).toBe(300_000);
    expect(pack.credit.classHourMs).toBe(2_400_000);
    expect(pack.duties).toMatchObject({ spacingMonths: 1, onlineShareMaxPermille: 400 });
    expect(pack.sanctions).toMatchObject({ banYears: 2, minSessions: 1, mode: 'automatic' });
  });
});

describe('canonical bytes', () => {
  it('do not depend on the order of members', () => {
    const pack = packOf('lj-2026-8');
    const reversed = Object.fromEntries(Object.entries(pack).reverse()) as unknown as PolicyPack;
    expect(packHash(reversed)).toBe(packHash(pack));
  });

  it('are hashed as the platform’s own SHA-256 does', () => {
    for (const pack of SHIPPED_PACKS)
      expect(packHash(pack)).toBe(createHash('sha256').update(packBytes(pack)).digest('base64url'));
  });

  it('read back as the same pack', () => {
    const pack = packOf('lj-2026-8');
    expect(JSON.parse(new TextDecoder().decode(packBytes(pack)))).toEqual(pack);
  });

  it('change with any number', () => {
    const changed = withValue('popup.gapMaxMs', 300_001) as PolicyPack;
    expect(packHash(changed)).not.toBe(packHash(packOf('zz-2022-2')));
  });

  it('refuse what is no pack', () => {
    for (const value of [
      withValue('offlineGraceMs', 0.5),
      withValue('offlineGraceMs', Number.NaN),
      withValue('id', []),
    ])
      expect(() => packBytes(value as PolicyPack)).toThrow(TypeError);
    const cycle: Loose = {};
    cycle.self = cycle;
    expect(() => packBytes(cycle as unknown as PolicyPack)).toThrow(TypeError);
  });
});

describe('the day decides the pack', () => {
  it.each([
    ['2021-12-31', 'zz-2022-2', null],
    ['2022-01-01', 'zz-2022-2', '2'],
    ['2025-12-31', 'lj-2026-8', null],
    ['2026-01-01', 'lj-2026-8', '1'],
    ['2029-12-31', 'lj-2026-8', '1'],
    ['2030-01-01', 'lj-2026-8', null],
    ['2026-01-01', 'unheard-of', null],
  ])('on %s %s is at version %s', (date, id, version) => {
    expect(packFor(date, id)?.version ?? null).toBe(version);
  });

  it('takes the version in effect', () => {
    const first = withValue('effective', { from: '2022-01-01', to: '2026-06-30' }) as PolicyPack;
    const second = { ...packOf('zz-2022-2'), version: '9', effective: { from: '2026-07-01', to: null } };
    expect(parsePackSet([first, second]).ok).toBe(true);
    expect(packFor('2026-06-30', 'zz-2022-2', [first, second])?.version).toBe('2');
    expect(packFor('2026-07-01', 'zz-2022-2', [first, second])?.version).toBe('9');
  });

  it('refuses what is no date', () => {
    expect(() => packFor('2026-02-29', 'zz-2022-2')).toThrow(RangeError);
    expect(() => packFor('', 'zz-2022-2')).toThrow(RangeError);
  });
});

describe('parsing a pack', () => {
  /** Lowest and highest accepted value of every number; the neighbours outside must be refused by name. */
  const RANGES: readonly (readonly [string, number, number])[] = [
    ['credit.slackMs', 0, 10_000],
    ['popup.codePermille', 0, 1_000],
    ['credit.slackRefillMs', 1_000, 3_600_000],
    ['credit.coverageRequiredPermille', 500, 1_000],
    ['credit.classHourMs', 10_000, 14_400_000],
    ['fastForward.slopeMaxPermille', 1_000, 1_500],
    ['fastForward.slopeWindowMs', 5_000, 300_000],
    ['fastForward.advanceMaxMs', 100, 10_000],
    ['fastForward.seekSlackMs', 0, 30_000],
    ['fastForward.resetWithinMs', 100, 10_000],
    ['multiWindow.hiddenGraceMs', 0, 60_000],
    ['multiWindow.unfocusedGraceMs', 0, 60_000],
    ['multiWindow.secondSittingGraceMs', 0, 60_000],
    ['liveness.attempts', 2, 10],
    ['liveness.challengesMax', 1, 32],
    ['liveness.answerWindowMs', 10_000, 300_000],
    ['liveness.perLesson', 0, 8],
    ['hints.answersMin', 2, 1_000],
    ['hints.regularSpreadMs', 0, 1_000],
    ['hints.gridMs', 1, 10_000],
    ['hints.gridToleranceMs', 0, 1_000],
    ['hints.inhumanMs', 0, 2_000],
    ['hints.guessedPermille', 0, 1_000],
    ['hints.guessesMin', 2, 1_000],
    ['hints.clockLagMs', 1_000, 3_600_000],
    ['popup.gapMaxMs', 20_000, 1_800_000],
    ['popup.dueMinMs', 1_000, 1_800_000],
    ['popup.dueMaxMs', 1_000, 1_800_000],
    ['popup.answerWindowMs', 5_000, 300_000],
    ['popup.deliveryGraceMs', 1_000, 300_000],
    ['photo.answerWindowMs', 5_000, 300_000],
    ['photo.deliveryGraceMs', 1_000, 300_000],
    ['photo.attemptsMax', 1, 32],
    ['offlineGraceMs', 0, 600_000],
    ['session.resumeGraceMs', 1_000, 14_400_000],
    ['session.lengthMaxMs', 60_000, 172_800_000],
    ['duties.spacingMonths', 0, 24],
    ['duties.onlineShareMaxPermille', 0, 1_000],
    ['sanctions.responseWindowDays', 1, 90],
    ['sanctions.banYears', 1, 20],
    ['sanctions.minSessions', 1, 1_000],
    ['sanctions.populationLearners', 2, 1_000],
    ['sanctions.populationSharePermille', 1, 1_000],
    ['sanctions.populationWindowMs', 3_600_000, 2_678_400_000],
  ];

  it('looks at every number of the pack', () => {
    const numbers = Object.entries(packOf('zz-2022-2')).flatMap(([name, part]) =>
      typeof part === 'number'
        ? [name]
        : Object.entries(part as object).flatMap(([key, value]) =>
            typeof value === 'number' ? [`${name}.${key}`] : [],
          ),
    );
    for (const path of numbers)
      expect(
        faultsOf(withValue(path, -1)).some((line) => line.startsWith(`pack.${path}:`)),
        path,
      ).toBe(true);
    expect(numbers).toEqual(expect.arrayContaining(RANGES.map(([path]) => path)));
  });

  it.each(RANGES)('%s is a whole number from %i to %i', (path, low, high) => {
    const ranged = (value: unknown): boolean =>
      faultsOf(withValue(path, value)).some((line) =>
        line.startsWith(`pack.${path}: expected a whole number of`),
      );
    expect([low, high].map(ranged)).toEqual([false, false]);
    const wrong = [
      low - 1,
      high + 1,
      low + 0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      `${low}`,
      null,
      [],
      {},
    ];
    expect(wrong.map(ranged)).toEqual(wrong.map(() => true));
  });

  it.each([
    ['popup.dueMinMs', 240_000, 240_001, 'at most dueMaxMs (240000)'],
    ['popup.dueMaxMs', 254_999, 255_000, 'dueMaxMs + answerWindowMs below gapMaxMs (300000)'],
    ['offlineGraceMs', 299_999, 300_000, 'below popup.gapMaxMs (300000)'],
    ['credit.slackRefillMs', 40_000, 39_999, 'at least 20 × slackMs (40000)'],
    ['liveness.challengesMax', 3, 2, 'at least attempts (3)'],
    ['hints.gridToleranceMs', 62, 63, 'at most a quarter of gridMs (250)'],
    ['multiWindow.unfocusedGraceMs', 5_000, 4_999, 'at least hiddenGraceMs (5000)'],
    ['session.resumeGraceMs', 14_400_000, null, ''],
    ['session.lengthMaxMs', 2_400_000, 2_399_999, 'at least credit.classHourMs (2400000)'],
    ['effective.to', '2022-01-01', '2021-12-31', 'null or a date not before 2022-01-01'],
  ])('%s may be %s, not %s', (path, good, bad, expected) => {
    expect(faultsOf(withValue(path, good))).not.toContainEqual(expect.stringContaining(`pack.${path}:`));
    if (bad !== null)
      expect(faultsOf(withValue(path, bad))).toEqual([
        `pack.${path}: expected ${expected}, got ${bad === 255_000 ? 300_000 : bad}`,
      ]);
  });

  it('keeps the photo window inside the class hour, and a break inside the sitting', () => {
    const photo = withValue('photo.answerWindowMs', 30_000, 'demo');
    expect(faultsOf(photo)).toEqual([
      'pack.photo.answerWindowMs: expected below credit.classHourMs (30000), got 30000',
    ]);
    expect(faultsOf(withValue('photo.answerWindowMs', 29_999, 'demo'))).toEqual([]);
    expect(faultsOf(withValue('session.resumeGraceMs', 7_200_000, 'demo'))).toEqual([
      'pack.session.resumeGraceMs: expected below lengthMaxMs (7200000), got 7200000',
    ]);
    expect(faultsOf(withValue('session.resumeGraceMs', 7_199_999, 'demo'))).toEqual([]);
  });

  it('measures slopes over more than what may be taken back', () => {
    const fast = { ...packOf('zz-2022-2').fastForward, resetWithinMs: 10_000, advanceMaxMs: 9_999 };
    expect(faultsOf(withValue('fastForward', fast))).toEqual([]);
    expect(faultsOf(withValue('fastForward', { ...fast, advanceMaxMs: 10_000 }))).toHaveLength(1);
  });

  it.each([
    ['id', 'Zz 2022'],
    ['id', ''],
    ['version', 'one'],
    ['source', 'a:b'],
    ['clause', 'a:b'],
    ['clauses', { 'online-share': '' }],
    ['clauses', { 'no-such-rule': '21' }],
    ['clauses', []],
    ['effective.from', '2022-02-30'],
    ['effective.from', null],
    ['effective.to', undefined],
    ['zone', 'Asia/Atlantis'],
    ['duties.listingRequired', 1],
    ['duties.approvalRequired', 'yes'],
    ['sanctions.mode', 'manual'],
    ['credit', null],
    ['popup', []],
    ['surplus', 1],
    ['photo.surplus', 1],
  ])('refuses %s = %j', (path, value) => {
    expect(faultsOf(withValue(path, value))).toHaveLength(1);
  });

  it('takes clauses in the words of their source', () => {
    expect(faultsOf(withValue('clause', '第十二条(三)'))).toEqual([]);
  });

  it('lists every fault at once, and never what was in a text', () => {
    const faults = faultsOf({ ...packOf('demo'), id: 'my secret!', zone: 7, popup: null });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('secret');
  });

  it('says what kind of thing came', () => {
    const kinds = [null, undefined, [1, 2], 7, 'abc', true].map((value) => faultsOf(value)[0]);
    expect(kinds).toEqual(
      ['null', 'nothing', 'a list of 2', '7', 'a text of 3 characters', 'a value of type boolean'].map(
        (got) => `pack: expected an object, got ${got}`,
      ),
    );
  });

  it('never throws and never accepts nonsense', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 3 }), (value) => {
        const result = parsePolicyPack(value);
        expect(result.ok).toBe(false);
        if (!result.ok) expect(result.error.length).toBeLessThanOrEqual(FAULTS_MAX);
      }),
      { numRuns: 500 },
    );
  });

  it('ignores what is only inherited and keeps nothing of the given object', () => {
    const inherited = Object.create(packOf('demo')) as unknown;
    expect(parsePolicyPack(inherited).ok).toBe(false);
    const given = structuredClone(packOf('demo')) as unknown as { popup: { gapMaxMs: number } };
    const parsed = parsePolicyPack(given);
    given.popup.gapMaxMs = 1;
    expect(parsed.ok && parsed.value.popup.gapMaxMs).toBe(40_000);
    expect(parsed.ok && Object.isFrozen(parsed.value) && Object.isFrozen(parsed.value.popup)).toBe(true);
  });
});

describe('a set of packs', () => {
  const zz = packOf('zz-2022-2');

  it.each([
    ['the same version twice', { ...zz, effective: { from: '2030-01-01', to: null } }],
    ['two versions on the same day', { ...zz, version: '2' }],
  ])('refuses %s', (_name, second) => {
    const first = { ...zz, effective: { from: '2022-01-01', to: '2022-12-31' } };
    const result = parsePackSet([first, second]);
    expect(result.ok ? [] : result.error.map((fault) => fault.path)).toEqual(['packs[1]']);
  });

  it.each([
    ['2026-06-30', false],
    ['2026-07-01', true],
  ])('lets a version begin on %s after one that ends on 30 June: %s', (from, ok) => {
    const first = { ...zz, effective: { from: '2022-01-01', to: '2026-06-30' } };
    const second = { ...zz, version: '9', effective: { from, to: null } };
    expect(parsePackSet([first, second]).ok).toBe(ok);
    expect(parsePackSet([second, first]).ok).toBe(ok);
  });

  it('says in which pack a fault is', () => {
    const result = parsePackSet([zz, withValue('id', '', 'demo')]);
    expect(result.ok ? [] : result.error.map((fault) => fault.path)).toEqual(['packs[1].pack.id']);
  });

  it('is bounded', () => {
    const many = Array.from({ length: PACKS_MAX + 1 }, (_, i) => ({ ...zz, id: `p-${i}` }));
    expect(parsePackSet(many).ok).toBe(false);
    expect(parsePackSet(many.slice(1)).ok).toBe(true);
  });
});

describe('clauses', () => {
  it('are those of the pack, and the general one where it names no other', () => {
    expect(clauseOf(packOf('zz-2022-2'), 'online-share')).toBe('zz-2022-2:21');
    expect(clauseOf(packOf('zz-2022-2'), 'fast-forward')).toBe('zz-2022-2:20(3)');
    expect(clauseOf(packOf('lj-2026-8'), 'fast-forward')).toBe('lj-2026-8:12(1)');
    expect(clauseOf(packOf('lj-2026-8'), 'platform-ban')).toBe('lj-2026-8:31');
  });
});
