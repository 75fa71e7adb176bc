import type { Problem } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { banTerm, localDate } from '../../../server/src/core/sanctions/ban-dates.ts';
import { PAUSE_DEFEATED, POPUPS_REMOVED } from '../../support/cheats.ts';
import { enterConsole, shoot } from '../../support/console-visit.ts';
import { demoWorld } from '../../support/demo-world.ts';
import { beginLesson, until } from '../../support/person.ts';

/** A popup comes after at most 20 s of credited time, its window lasts 12 s, then two more seconds count. */
const SUPPRESSED_MS = 70_000;

describe('a platform whose page takes the popups away', () => {
  const world = demoWorld();

  async function sitThrough(learner: string): Promise<void> {
    const page = await world.browser.tab(PAUSE_DEFEATED + POPUPS_REMOVED);
    await beginLesson(page, world.url, learner);
    const sitting = await until(
      () => world.regulator.sittingOf(learner),
      (found) => found.verdict.findings.some((finding) => finding.kind === 'popup-suppressed'),
      SUPPRESSED_MS,
    );
    expect(sitting.outcome).toBe('invalid');
    const finding = sitting.verdict.findings.find((candidate) => candidate.kind === 'popup-suppressed');
    expect(finding).toMatchObject({ rule: 'popup-interval', severity: 'violation', attribution: 'unknown' });
    await page.close();
  }

  it('one learner’s sittings are invalid, and ban nobody; a second learner’s completes the evidence', async () => {
    await sitThrough('first-learner');
    expect(await world.regulator.bans()).toEqual([]);
    expect((await world.regulator.ticket('first-learner', 'lesson-2')).status).toBe(201);

    await sitThrough('second-learner');
    const [ban] = await until(
      () => world.regulator.bans(),
      (bans) => bans.length > 0,
      5_000,
    );
    const first = await world.regulator.sittingOf('first-learner');
    const second = await world.regulator.sittingOf('second-learner');
    const cited = ban?.finding.cites.map((cite) => cite.session) ?? [];
    expect(cited).toContain(second.session);
    expect(new Set(cited).size).toBe(2);
    expect(first.session).not.toBe(second.session);

    const at =
      second.verdict.findings.find((finding) => finding.kind === 'popup-suppressed')?.span.fromAt ?? 0;
    const term = banTerm(localDate(at, 'Asia/Shanghai'), 2);
    expect(ban).toMatchObject({ inForce: true, endsOn: term.endsOn, platform: 'demo-platform' });

    const refused = await world.regulator.ticket('third-learner', 'lesson-1');
    expect(refused.status).toBe(403);
    expect(refused.body as Problem).toMatchObject({ code: 'platform-banned', banEndsOn: term.endsOn });

    const page = await world.browser.tab();
    await enterConsole(page, world.url);
    await page.goto(`${world.url}/console/platforms`);
    const shown = page.getByTestId('ban-ends').first();
    await shown.waitFor();
    expect(await shown.getAttribute('data-ends-on')).toBe(term.endsOn);
    expect(await shown.innerText()).toContain(term.endsOn.slice(0, 4));
    await shoot(page, 'console-ban');
    await page.close();
  });
});
