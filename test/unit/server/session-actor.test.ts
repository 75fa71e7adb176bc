import { type Directive, encodeBatch, type Finding, type LearningEvent } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { type Engine, RULE_ENGINE } from '../../../server/src/app/engine.ts';
import { hashText } from '../../../server/src/app/hash.ts';
import type { SessionAppend, SessionStore, StoredRecord } from '../../../server/src/app/ports.ts';
import {
  type ActorDeps,
  BACKLOG_BYTES_MAX,
  createActor,
  type SessionActor,
} from '../../../server/src/app/session-actor.ts';
import { openSitting, replaySitting, type Sitting } from '../../../server/src/app/sitting.ts';
import { POLICY_PACKS } from '../../../server/src/core/policy/packs.ts';
import type { SittingFacts } from '../../../server/src/core/session/records.ts';
import { createFakeTime, START_AT } from '../../integration/support/time.ts';

const pack = POLICY_PACKS.get('demo');
if (pack === undefined) throw new Error('expected the demo pack');

const FACTS: SittingFacts = {
  session: '00000000-0000-7000-8000-000000000001',
  platform: 'p',
  learner: 'l',
  course: 'c',
  lesson: 'x',
  videoMs: 60_000,
  guard: 'enforce',
  pack,
  packHash: hashText('pack'),
  priorCovered: [],
  seed: '5a'.repeat(32),
};

/** An actor over a store that commits when told. */
function setUp() {
  const time = createFakeTime();
  const { sitting, stored } = openSitting(RULE_ENGINE, FACTS, START_AT);
  const appends: SessionAppend[] = [];
  const records: StoredRecord[] = [stored];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const store = {
    append: (append: SessionAppend) =>
      new Promise<void>((resolve, reject) => {
        appends.push(append);
        records.push(...append.records);
        waiting.push({ resolve, reject });
      }),
  } as Pick<SessionStore, 'append'> as SessionStore;
  const metrics = { count: () => {}, observe: () => {} };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const found: string[] = [];
  const deps: ActorDeps = {
    engine: RULE_ENGINE,
    store,
    clock: time.clock,
    schedule: time.schedule,
    metrics,
    log,
    backlog: { bytes: 0 },
    onFindings: (_sitting: Sitting, findings: readonly Finding[]) =>
      void found.push(...findings.map(({ kind }) => kind)),
  };
  const actor = createActor(deps, sitting);
  const commit = async () => {
    for (const { resolve } of waiting.splice(0)) resolve();
    await actor.settled();
  };
  const fail = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('disk is gone'));
  };
  const sent: Directive[] = [];
  const link = {
    send: async (directive: Directive) => {
      sent.push(directive);
      return false;
    },
    close: () => {},
  };
  return { deps, sitting, time, actor, appends, records, commit, fail, sent, link, found };
}

function play(actor: SessionActor, events: readonly LearningEvent[]) {
  const { session } = FACTS;
  const { seq, hash } = actor.sitting;
  const batch = { v: 1, session, seq: seq + 1, prev: hash, events };
  return actor.apply({ kind: 'batch', at: actor.now(), batch }, { text: encodeBatch(batch) });
}

const OPEN: readonly LearningEvent[] = [
  { e: 'open', t: 0, m: 0, s: 0, d: 60_000, build: 'b' },
  { e: 'play', t: 0, m: 0, s: 1 },
];

const beat = (t: number): LearningEvent => ({ e: 'beat', t, m: t, s: 1 });

/** Connects and plays until the first directive is decided about. */
function playUntilDirective({ time, actor }: Pick<ReturnType<typeof setUp>, 'time' | 'actor'>) {
  actor.apply({ kind: 'connected', at: actor.now() });
  play(actor, OPEN);
  for (let t = 1_000; t <= 40_000; t += 1_000) {
    time.advance(1_000);
    const { directives } = play(actor, [beat(t)]);
    if (directives.length > 0) return directives;
  }
  throw new Error('expected a directive within 40 s');
}

describe('the session actor', () => {
  it('given a commit under way, then the durable batch stays the old one and further batches are taken in behind it', async () => {
    const { actor, appends, commit } = setUp();
    play(actor, OPEN);
    play(actor, [beat(1)]);
    expect({ durable: actor.durable().seq, taken: actor.sitting.seq }).toEqual({ durable: 0, taken: 2 });
    expect(appends.map(({ row }) => row.seq)).toEqual([1, 2]);
    await commit();
    expect(actor.durable().seq).toBe(2);
  });

  it('given a directive, then it leaves only after the commit that records it', async () => {
    const parts = setUp();
    const { actor, commit, sent, link } = parts;
    actor.setLink(link);
    actor.greet();
    const directives = playUntilDirective(parts);
    expect(sent).toEqual([]);
    await commit();
    expect(sent).toEqual(directives);
  });

  it('given a client that was not greeted yet, then directives wait for the greeting', async () => {
    const parts = setUp();
    const { actor, commit, sent, link } = parts;
    actor.setLink(link);
    const [directive] = playUntilDirective(parts);
    await commit();
    expect(sent).toEqual([]);
    actor.greet();
    expect(sent.map(({ id }) => id)).toEqual([directive?.id]);
  });

  it('given a failed commit, then it is broken for good', async () => {
    const { actor, fail } = setUp();
    const { committed } = play(actor, OPEN);
    fail();
    await expect(committed).rejects.toMatchObject({ code: 'unavailable' });
    expect(() => play(actor, [beat(1)])).toThrow(expect.objectContaining({ code: 'unavailable' }));
    expect(actor.durable().seq).toBe(0);
  });

  it('given too many unanswered batches, then the client is told to slow down, but the sitting can still be closed', () => {
    const { actor } = setUp();
    play(actor, OPEN);
    const flood = () => {
      for (let t = 1; t < 1_000; t += 1) play(actor, [beat(t)]);
    };
    expect(flood).toThrow(expect.objectContaining({ code: 'slow-down' }));
    void actor.close('closed');
    expect(actor.sitting.sealed).toBe(true);
  });

  it('given a clock that goes back, then the time of the records does not', () => {
    const { time, actor } = setUp();
    time.advance(5_000);
    play(actor, OPEN);
    time.advance(-3_000);
    expect(actor.now()).toBe(START_AT + 5_000);
  });

  it('given the end by time, then tick and close are one append, the seed is revealed and nothing follows', async () => {
    const { time, actor, appends, commit } = setUp();
    time.advance(pack.session.lengthMaxMs);
    const last = appends.at(-1);
    expect(last?.records.map(({ kind }) => kind)).toEqual(['tick', 'close']);
    expect(Buffer.from(last?.records[1]?.bytes ?? []).toString()).toContain(FACTS.seed);
    expect(last?.row).toMatchObject({ ended: expect.any(String), dueAt: null });
    await commit();
    expect(() => play(actor, OPEN)).toThrow(expect.objectContaining({ code: 'session-ended' }));
  });

  it('given a slow store and many sittings, then what waits is bounded by its bytes, and goes on after the commits', async () => {
    const { deps, actor, commit } = setUp();
    const second = createActor(deps, openSitting(RULE_ENGINE, FACTS, START_AT).sitting);
    for (const one of [actor, second]) play(one, OPEN);
    deps.backlog.bytes += BACKLOG_BYTES_MAX;
    const taken = [actor, second].map((one) => {
      try {
        play(one, [beat(1), beat(2)]);
        return 'taken';
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(taken).toEqual(['slow-down', 'slow-down']);
    // What must go in whatever waits still does: nothing keeps a sitting from being closed.
    const closed = actor.close('left');
    expect(actor.sitting.sealed).toBe(true);
    deps.backlog.bytes -= BACKLOG_BYTES_MAX;
    await commit();
    await closed;
    expect(deps.backlog.bytes).toBe(0);
    const { committed } = play(second, [beat(1)]);
    await commit();
    await committed;
  });

  it('given commits that came or failed, then nothing of them counts as waiting any more', async () => {
    const { deps, actor, commit, fail } = setUp();
    play(actor, OPEN);
    play(actor, [beat(1)]);
    expect(deps.backlog.bytes).toBeGreaterThan(0);
    await commit();
    expect(deps.backlog.bytes).toBe(0);
    const { committed } = play(actor, [beat(2)]);
    fail();
    await expect(committed).rejects.toMatchObject({ code: 'unavailable' });
    expect(deps.backlog.bytes).toBe(0);
  });

  it('given quiet batches, then the row stays but for seq, once a minute or with a finding it is written', async () => {
    const { actor, appends, time, commit } = setUp();
    // Off the full minute, in steps of which the stored due time moves.
    time.advance(500);
    actor.apply({ kind: 'connected', at: actor.now() });
    play(actor, OPEN);
    time.advance(1_000);
    play(actor, [beat(1_000)]);
    expect(appends.map(({ progressOnly }) => progressOnly ?? false)).toEqual([false, false, true]);
    expect(appends.at(-1)?.row).toEqual({ ...appends.at(-2)?.row, seq: 2 });
    for (let t = 2_000; t <= 10_000; t += 1_000) {
      time.advance(1_000);
      play(actor, [beat(t * 4 - 3_000)]);
    }
    const written = appends.filter(({ findings }) => findings.length > 0);
    expect(written.length).toBeGreaterThan(0);
    expect(written.every(({ progressOnly }) => progressOnly === undefined)).toBe(true);
    await commit();
  });

  it('given an engine that is due again and again, then ticks keep their distance', () => {
    const { deps, sitting, time, appends } = setUp();
    const impatient: Engine = {
      ...RULE_ENGINE,
      decide: (state, record) => ({ ...RULE_ENGINE.decide(state, record), dueAt: START_AT }),
    };
    sitting.dueAt = START_AT;
    const actor = createActor({ ...deps, engine: impatient }, sitting);
    time.advance(10_000);
    actor.stop();
    expect(appends.length).toBeGreaterThan(10);
    expect(appends.length).toBeLessThanOrEqual(41);
  });

  it('given any history, then the replay of its records equals the live state, byte for byte', async () => {
    const parts = setUp();
    const { time, actor, records, commit, found } = parts;
    const [directive] = playUntilDirective(parts);
    actor.apply({ kind: 'delivered', at: actor.now(), directive: directive?.id ?? '' });
    for (let i = 0; i < 30; i += 1) {
      time.advance(1_000);
      const { last } = actor.sitting.state;
      play(actor, [beat((last?.t ?? 0) + 1_000)]);
    }
    actor.apply({ kind: 'conflict', at: actor.now(), seq: 1, hash: hashText('x') }, { text: '{"other":1}' });
    actor.apply({ kind: 'disconnected', at: actor.now() });
    await commit();
    const replayed = replaySitting(RULE_ENGINE, records, FACTS.seed);
    expect(replayed).toEqual(actor.sitting);
    expect(JSON.stringify(RULE_ENGINE.verdict(replayed.state))).toBe(
      JSON.stringify(RULE_ENGINE.verdict(actor.sitting.state)),
    );
    expect(found.length).toBeGreaterThan(0);
  });

  it('given a changed byte, then the replay refuses', async () => {
    const { actor, records, commit } = setUp();
    play(actor, OPEN);
    play(actor, [beat(1)]);
    await commit();
    const forged = records.map((record, i) =>
      i === 1
        ? { ...record, bytes: Buffer.from(Buffer.from(record.bytes).toString().replace('"t":0', '"t":1')) }
        : record,
    );
    expect(() => replaySitting(RULE_ENGINE, forged, FACTS.seed)).toThrow(
      'expected the chain to hold at record 2',
    );
    expect(() => replaySitting(RULE_ENGINE, records, '00'.repeat(32))).toThrow('expected the committed seed');
    expect(() => replaySitting(RULE_ENGINE, [], FACTS.seed)).toThrow('expected an open record first');
  });
});
