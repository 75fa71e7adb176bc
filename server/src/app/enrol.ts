/** Enrolment: three or more photos of one person become a template. Every photo is answered at once, so that it can be taken again. */
import { type Bilingual, type CaptureProblem, PHOTO_BYTES_MAX } from '@zhenxue/protocol';
import { enrol } from '../core/identity/compare.ts';
import { gate } from '../core/identity/quality.ts';
import type { FaceReading, ImageReading } from '../core/identity/reading.ts';
import { CANNOT_TELL_TEXT } from '../core/identity/reasons.ts';
import { requireScopes, scopesOf } from './consent.ts';
import type { App } from './context.ts';
import { keepTrace, reviewSameFace, TEMPLATE, traceOf } from './face-templates.ts';
import { notFound, Refusal } from './failure.ts';
import { lockOf, subjectOf } from './identity.ts';
import type { EnrolmentRow, Subject } from './identity-ports.ts';
import { requireStanding } from './platform-standing.ts';
import type { FaceEngine } from './ports.ts';
import { busy, problemOf, readFace } from './read-face.ts';

/** Milliseconds in which photos can be given: enough to find a lamp. */
const ENROLMENT_TTL_MS = 900_000;

/** Photos of one enrolment. */
export const ENROLMENT_PHOTOS_MAX = 8;

/** A begun enrolment and the ticket for the learner's page. */
export interface EnrolmentIssued {
  readonly enrolment: string;
  /** For this enrolment only, void when it is complete. A secret. */
  readonly ticket: string;
  readonly expiresAt: number;
  readonly photosMin: number;
}

/** What became of one photo. */
export type EnrolmentPhoto =
  | { readonly accepted: true; readonly photos: number }
  | { readonly accepted: false; readonly problem: CaptureProblem; readonly text: Bilingual };

/** An enrolment as its page and its platform see it. */
export interface EnrolmentView {
  readonly enrolment: string;
  readonly status: EnrolmentRow['status'];
  readonly photos: number;
  readonly photosMin: number;
  readonly expiresAt: number;
  readonly completedAt: number | null;
  /** Why it could not be completed, and which photo to take again (null = any). */
  readonly problem?: 'too-few-photos' | 'photo-unusable' | 'different-people';
  readonly photo?: number | null;
}

/** The engine. @throws Refusal `unavailable` when this server has none. */
async function engineOf(app: App): Promise<FaceEngine> {
  if (app.identity.faces === null) throw new Refusal('unavailable', 'expected a server with a face engine');
  return app.identity.faces();
}

/** Begins an enrolment. @throws Refusal `platform-unlisted`, `platform-banned`, `lesson-unknown`, `unavailable`. */
export async function openEnrolment(app: App, subject: Subject): Promise<EnrolmentIssued> {
  await requireStanding(app, subject.platform);
  await engineOf(app);
  if ((await app.registry.course(subject.platform, subject.course)) === null)
    throw new Refusal('lesson-unknown', 'expected a registered course');
  const at = app.clock.now();
  const expiresAt = at + ENROLMENT_TTL_MS;
  const id = app.newId();
  const open = { status: 'open', completedAt: null, photos: 0, templateHash: null } as const;
  await app.identity.store.putEnrolment({ ...subjectOf(subject), ...open, id, at, expiresAt });
  const ticket = app.tokens.issueEnrolment(id, expiresAt);
  return { enrolment: id, ticket, expiresAt, photosMin: app.identity.thresholds.enrolPhotosMin };
}

/** An open enrolment. @throws Refusal `not-found`, `ticket-used`, `ticket-expired`. */
async function openRow(app: App, id: string): Promise<EnrolmentRow> {
  const row = await app.identity.store.enrolment(id);
  if (row === null) throw notFound('enrolment');
  if (row.status !== 'open') throw new Refusal('ticket-used', 'expected an enrolment that is not over');
  if (app.clock.now() > row.expiresAt)
    throw new Refusal('ticket-expired', 'expected an enrolment that has not expired');
  return row;
}

const readingName = (id: string, n: number): string => `trace.${id}-${n}`;
const photoName = (id: string, n: number): string => `enrol.${id}-${n}`;

/** Takes one photo. @throws Refusal, also `consent-required` and `slow-down`; a bad picture is an answer. */
export async function addEnrolmentPhoto(
  app: App,
  id: string,
  n: number,
  bytes: Uint8Array,
): Promise<EnrolmentPhoto> {
  const row = await openRow(app, id);
  await requireScopes(app, row, ['camera', 'comparison']);
  if (n >= ENROLMENT_PHOTOS_MAX)
    throw new Refusal('invalid-request', `photo: expected a number below ${ENROLMENT_PHOTOS_MAX}`);
  if (bytes.length > PHOTO_BYTES_MAX)
    throw new Refusal('payload-too-large', `photo: expected at most ${PHOTO_BYTES_MAX} bytes`);
  const engine = await engineOf(app);
  const wanted = { descriptor: true, eyes: false, sureCount: true, cleaned: true };
  const reading = await readFace(engine, app.schedule, bytes, wanted);
  if (reading.status === 'later') throw busy();
  const good = gate(reading, app.identity.thresholds);
  if (typeof good === 'string')
    return { accepted: false, problem: problemOf(good), text: CANNOT_TELL_TEXT[good] };
  return app.lock(lockOf(row), async () => {
    await requireScopes(app, row, ['camera', 'comparison']);
    const { vault } = app.identity;
    const { cleaned, ...numbers } = good.image;
    const agreed = (await scopesOf(app, row)) ?? [];
    if (cleaned !== null && agreed.includes('evidence-photo'))
      await vault.keep(row, photoName(id, n), cleaned);
    await vault.keep(row, readingName(id, n), Buffer.from(JSON.stringify({ ...numbers, cleaned: null })));
    return { accepted: true, photos: (await photosOf(app, row)).length };
  });
}

/** Numbers of the photos taken so far, ascending. */
async function photosOf(app: App, row: EnrolmentRow): Promise<readonly number[]> {
  const names = new Set(await app.identity.vault.names(row));
  const all = Array.from({ length: ENROLMENT_PHOTOS_MAX }, (_, n) => n);
  return all.filter((n) => names.has(readingName(row.id, n)));
}

async function readingsOf(app: App, row: EnrolmentRow, photos: readonly number[]): Promise<FaceReading[]> {
  const access = { who: 'system', why: 'enrolment', caseRef: row.id } as const;
  const readings: FaceReading[] = [];
  for (const n of photos) {
    const bytes = await app.identity.vault.open(row, readingName(row.id, n), access);
    if (bytes !== null) readings.push(JSON.parse(Buffer.from(bytes).toString()) as ImageReading);
  }
  return readings;
}

/** How an enrolment stands. @throws Refusal `not-found`. */
export async function enrolmentView(app: App, id: string): Promise<EnrolmentView> {
  const row = await app.identity.store.enrolment(id);
  if (row === null) throw notFound('enrolment');
  const photos = row.status === 'open' ? (await photosOf(app, row)).length : row.photos;
  const { status, expiresAt, completedAt } = row;
  const { enrolPhotosMin } = app.identity.thresholds;
  return { enrolment: id, status, photos, photosMin: enrolPhotosMin, expiresAt, completedAt };
}

/**
 * Makes the template; an earlier enrolment of the same subject stays in the history as `replaced`, its template is removed.
 * Another learner with this face is left to a person and refuses nothing. @throws Refusal as the photos do.
 */
export async function completeEnrolment(app: App, id: string): Promise<EnrolmentView> {
  const engine = await engineOf(app);
  const mean = await app.lock(`enrolment:${id}`, async () => {
    const row = await openRow(app, id);
    return app.lock(lockOf(row), () => completeLocked(app, row, engine));
  });
  if (!Array.isArray(mean)) return { ...(await enrolmentView(app, id)), ...mean };
  const row = await app.identity.store.enrolment(id);
  if (row !== null) await reviewSameFace(app, row, mean, id);
  app.metrics.count('enrolment.completed');
  return enrolmentView(app, id);
}

/** @returns the mean descriptor, or what is wrong. */
async function completeLocked(
  app: App,
  row: EnrolmentRow,
  engine: FaceEngine,
): Promise<readonly number[] | Pick<EnrolmentView, 'problem' | 'photo'>> {
  await requireScopes(app, row, ['camera', 'comparison']);
  const { store, vault, thresholds } = app.identity;
  const photos = await photosOf(app, row);
  const readings = await readingsOf(app, row, photos);
  const enrolment = enrol(readings, engine.name, thresholds);
  if (!enrolment.ok) {
    const photo = enrolment.photo === null ? null : (photos[enrolment.photo] ?? null);
    return { problem: enrolment.problem, photo };
  }
  const { template } = enrolment;
  const bytes = Buffer.from(JSON.stringify(template));
  const templateHash = await vault.keep(row, TEMPLATE + row.id, bytes);
  for (const [i, reading] of readings.entries()) {
    const trace = reading.status === 'read' ? traceOf(`${row.id}-${photos[i] ?? i}`, reading) : null;
    if (trace !== null) await keepTrace(app, row, trace);
  }
  for (const old of await store.enrolments(row)) {
    if (old.status !== 'complete') continue;
    await store.putEnrolment({ ...old, status: 'replaced' });
    await vault.remove(old, TEMPLATE + old.id);
  }
  const completedAt = app.clock.now();
  await store.putEnrolment({
    ...row,
    status: 'complete',
    completedAt,
    photos: template.photos,
    templateHash,
  });
  return template.mean;
}
