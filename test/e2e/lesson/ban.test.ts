import type { Problem } from '@zhenxue/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { banTerm, localDate } from '../../../server/src/core/sanctions/ban-dates.ts';
import { PAUSE_DEFEATED, POPUPS_REMOVED } from '../../support/cheats.ts';
import { beginLesson, until } from '../../support/person.ts';
import {
  type Regulator,
  regulatorOf,
  type ServerProcess,
  startServerProcess,
  temporaryData,
} from '../../support/server-process.ts';
import { launchTabs, type TabbedChromium } from '../../support/tabbed-chromium.ts';

/** A popup comes after at most 20 s of credited time, its window lasts 12 s, then two more seconds count. */
const SUPPRESSED_MS = 70_000;

describe('a platform whose page takes the popups away', () => {
  const data = temporaryData();
  let server: ServerProcess;
  let browser: TabbedChromium;
  let regulator: Regulator;

  beforeAll(async () => {
    server = await startServerProcess(data.folder);
    browser = await launchTabs();
    regulator = await regulatorOf(server.url);
  });

  afterAll(async () => {
    await browser?.stop();
    await server?.stop();
    data.remove();
  });

  async function sitThrough(learner: string): Promise<void> {
    const page = await browser.tab(PAUSE_DEFEATED + POPUPS_REMOVED);
    await beginLesson(page, server.url, learner);
    const sitting = await until(
      () => regulator.sittingOf(learner),
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
    expect(await regulator.bans()).toEqual([]);
    expect((await regulator.ticket('first-learner', 'lesson-2')).status).toBe(201);

    await sitThrough('second-learner');
    const [ban] = await until(
      () => regulator.bans(),
      (bans) => bans.length > 0,
      5_000,
    );
    const first = await regulator.sittingOf('first-learner');
    const second = await regulator.sittingOf('second-learner');
    const cited = ban?.finding.cites.map((cite) => cite.session) ?? [];
    expect(cited).toContain(second.session);
    expect(new Set(cited).size).toBe(2);
    expect(first.session).not.toBe(second.session);

    const at =
      second.verdict.findings.find((finding) => finding.kind === 'popup-suppressed')?.span.fromAt ?? 0;
    const term = banTerm(localDate(at, 'Asia/Shanghai'), 2);
    expect(ban).toMatchObject({ inForce: true, endsOn: term.endsOn, platform: 'demo-platform' });

    const refused = await regulator.ticket('third-learner', 'lesson-1');
    expect(refused.status).toBe(403);
    expect(refused.body as Problem).toMatchObject({ code: 'platform-banned', banEndsOn: term.endsOn });
  });
});
