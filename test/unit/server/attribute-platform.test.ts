/** What is proved against a platform becomes one ban per date of violation. */
import { describe, expect, it } from 'vitest';
import { attributePlatform } from '../../../server/src/app/attribute-platform.ts';
import type { App } from '../../../server/src/app/context.ts';
import type { BanRow } from '../../../server/src/app/ports.ts';
import type { Sitting as LiveSitting } from '../../../server/src/app/sitting.ts';
import type { PlatformActs } from '../../../server/src/core/session/records.ts';
import { packOf, Sitting } from '../../support/sitting.ts';

/** A sitting in which both popups and photos are ignored, and the media plays on. */
function suppressingBoth(n: number, acts?: PlatformActs): Sitting {
  const session = `s${n}`;
  const facts = { session, learner: `l${n}`, pack: packOf('demo'), videoMs: 64_000, ...(acts && { acts }) };
  return new Sitting({ ignores: ['popup', 'photo'], facts }).play().run(64_000).pause();
}

const live = ({ facts, state }: Sitting): LiveSitting => ({ facts, state }) as unknown as LiveSitting;

/** An application over sittings in memory, and the bans that it imposes. */
function setUp(sittings: readonly Sitting[]): { readonly app: App; readonly bans: BanRow[] } {
  const bans: BanRow[] = [];
  let ids = 0;
  const app = {
    clock: { now: () => Date.UTC(2026, 2, 3) },
    newId: () => `id${++ids}`,
    lock: (_key: string, run: () => Promise<void>) => run(),
    bus: { tell: () => undefined },
    metrics: { count: () => undefined },
    log: { warn: () => undefined, error: (event: string, of: unknown) => expect.fail(`${event} ${of}`) },
    sessions: {
      population: async ({ suppression }: { suppression: string }) => ({
        sittings: sittings.length,
        affected: sittings
          .filter((one) => one.verdict.findings.some(({ kind }) => kind === suppression))
          .map(({ facts }) => ({ session: facts.session, learner: facts.learner })),
      }),
      findings: async (session: string) =>
        sittings.find(({ facts }) => facts.session === session)?.verdict.findings ?? [],
      livePlatformSessions: async () => [],
    },
    registry: {
      bans: async () => bans,
      impose: async (_finding: unknown, ban: BanRow) => bans.push(ban) > 0,
    },
  };
  return { app: app as unknown as App, bans };
}

describe('a platform that suppresses popups and photos together', () => {
  const sittings = [suppressingBoth(1), suppressingBoth(2)];
  const places = sittings.flatMap(({ verdict }) =>
    verdict.findings
      .filter(({ kind }) => kind.endsWith('-suppressed'))
      .map(({ id }) => `${verdict.session} ${id}`),
  );

  it('gets one ban that cites every finding of both kinds', async () => {
    const { app, bans } = setUp(sittings);
    for (const sitting of sittings) await attributePlatform(app, live(sitting));
    expect(bans).toHaveLength(1);
    const [ban] = bans;
    expect(ban).toMatchObject({ startsOn: '2026-03-02', endsOn: '2028-03-02' });
    const cited = ban?.finding.cites.map(({ session, finding }) => `${session} ${finding}`) ?? [];
    expect(cited.sort()).toEqual(places.sort());
    expect(places.length).toBeGreaterThanOrEqual(4);
    expect(ban?.finding.reason.en).toMatch(/popup control was suppressed.*random photo was suppressed/);
  });

  it('gets one ban together with what it did itself on that day', async () => {
    const acts = { videoUnapproved: true };
    const own = suppressingBoth(3, acts);
    const { app, bans } = setUp([...sittings, own]);
    await attributePlatform(app, live(own));
    expect(bans).toHaveLength(1);
    expect(bans[0]?.finding).toMatchObject({ kind: 'video-unapproved', violationDate: '2026-03-02' });
    expect(bans[0]?.finding.cites.length).toBe(places.length + 3);
  });

  it('gets none when a ban from that date stands already', async () => {
    const { app, bans } = setUp(sittings);
    for (const sitting of [...sittings, ...sittings]) await attributePlatform(app, live(sitting));
    expect(bans).toHaveLength(1);
  });
});
