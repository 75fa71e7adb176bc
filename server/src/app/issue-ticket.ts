/** A platform's backend asks for a ticket: one learner, one lesson, single use. */
import type { TicketIssued, TicketRequest } from '@zhenxue/protocol';
import type { LessonPlace, PlatformActs, SittingFacts } from '../core/session/records.ts';
import type { App } from './context.ts';
import { HeldElsewhere, Refusal } from './failure.ts';
import { placeOf } from './lesson-place.ts';
import { requireStanding } from './platform-standing.ts';
import type { SessionRow } from './ports.ts';
import { summaryOf } from './session-summary.ts';
import { openSitting } from './sitting.ts';

/** Bytes of a sitting's secret. */
const SEED_BYTES = 32;

/** What the platform asked for against the rules: recorded with the sitting, since no learner can forge it (rules §4). */
function actsOf(request: TicketRequest): PlatformActs {
  return {
    ...(request.overrideOrder === true ? { orderOverridden: true } : {}),
    ...(request.controlsOff === undefined ? {} : { controlsOff: request.controlsOff }),
  };
}

async function openNew(
  app: App,
  platform: string,
  request: TicketRequest,
  videoMs: number,
  place: LessonPlace,
  claim: string,
): Promise<string | null> {
  const { learner, course, lesson, guard = 'enforce' } = request;
  const facts: SittingFacts = {
    session: app.newId(),
    platform,
    learner,
    ...(request.person === undefined ? {} : { person: request.person }),
    course,
    lesson,
    videoMs,
    guard,
    pack: app.pack,
    packHash: app.packHash,
    priorCovered: await app.sessions.credited(platform, learner, course, lesson),
    place,
    acts: actsOf(request),
    seed: Buffer.from(app.randomBytes(SEED_BYTES)).toString('hex'),
  };
  const { sitting, stored } = openSitting(app.engine, facts, app.clock.now());
  const row = summaryOf(app.engine, sitting);
  const created = await app.sessions.create({ row, records: [stored], findings: [] }, facts.seed, claim);
  if (!created) return null;
  app.metrics.count('sitting.opened');
  return facts.session;
}

/** A live sitting goes on unless its time has come. */
async function stillLive(app: App, row: SessionRow | null): Promise<boolean> {
  if (row === null) return false;
  if (row.dueAt === null || row.dueAt > app.clock.now()) return true;
  try {
    const actor = await app.actors.get(row.session, 'leave');
    await actor.tickIfDue();
    return !actor.sitting.sealed;
  } catch (error) {
    // Another server has it in memory and ends it when its time has come.
    if (error instanceof HeldElsewhere) return true;
    if (error instanceof Refusal && error.code === 'session-ended') return false;
    throw error;
  }
}

/**
 * Creates or resumes the learner's sitting of a lesson and issues a ticket for it.
 * @throws Refusal `platform-unlisted`, `platform-banned`, `lesson-unknown`, `lesson-locked`.
 */
export async function issueTicket(app: App, platform: string, request: TicketRequest): Promise<TicketIssued> {
  await requireStanding(app, platform);
  const { learner, course, lesson } = request;
  const known = await app.registry.course(platform, course);
  const found = known?.lessons.find(({ id }) => id === lesson);
  if (known === null || found === undefined)
    throw new Refusal('lesson-unknown', 'expected a lesson of a registered course');
  const place = await placeOf(app, platform, learner, known, lesson);
  if (place.unfinishedBefore > 0 && request.overrideOrder !== true) {
    throw new Refusal('lesson-locked', `expected ${place.unfinishedBefore} earlier lesson(s) to be finished`);
  }
  // Two requests at once for the same lesson must not open two sittings: the lock keeps them apart in this server, the
  // claim between servers.
  const claim = JSON.stringify([platform, learner, course, lesson]);
  const opened = await app.lock(claim, async () => {
    const live = await app.sessions.findLive(platform, learner, course, lesson);
    if (live !== null && (await stillLive(app, live))) return { session: live.session, resumed: true };
    const session = await openNew(app, platform, request, found.videoMs, place, claim);
    if (session !== null) return { session, resumed: false };
    const other = await app.sessions.findLive(platform, learner, course, lesson);
    if (other === null) throw new Refusal('unavailable', 'expected one request at a time for a lesson');
    return { session: other.session, resumed: true };
  });
  const jti = app.newId();
  const expiresAt = app.clock.now() + app.ticketTtlMs;
  await app.tickets.add({ jti, session: opened.session, expiresAt });
  const ticket = app.tokens.issue({ kind: 'ticket', session: opened.session, jti, expiresAt });
  app.metrics.count('ticket.issued');
  return { ...opened, ticket, expiresAt };
}
