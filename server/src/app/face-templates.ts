/** Templates in the vault, and the search for the same face under another name. */
import type { FaceTemplate } from '../core/identity/compare.ts';
import { findSameFace, type PhotoTrace } from '../core/identity/duplicate.ts';
import type { ImageReading } from '../core/identity/reading.ts';
import type { App } from './context.ts';
import { subjectOf } from './identity.ts';
import type { Access, EnrolmentRow, ReviewRow, Subject } from './identity-ports.ts';

/** Names in the vault: `template.<enrolment>`, `trace.<photo>`. */
export const TEMPLATE = 'template.';
export const TRACE = 'trace.';

/** Templates decrypted by this process, by enrolment. */
export interface FaceMemory {
  get(enrolment: string): FaceTemplate | undefined;
  set(row: EnrolmentRow, template: FaceTemplate): void;
  forget(subject: Subject): void;
}

/** Templates kept in memory: 1 kB each. */
const TEMPLATES_MAX = 120_000;

/** A memory of its own for every server. */
export function createFaceMemory(): FaceMemory {
  const known = new Map<string, { readonly subject: string; readonly template: FaceTemplate }>();
  const keyOf = (subject: Subject) => JSON.stringify(subjectOf(subject));
  return {
    get: (enrolment) => known.get(enrolment)?.template,
    set(row, template) {
      if (known.size >= TEMPLATES_MAX) known.clear();
      known.set(row.id, { subject: keyOf(row), template });
    },
    forget(subject) {
      for (const [id, entry] of known) if (entry.subject === keyOf(subject)) known.delete(id);
    },
  };
}

/** The enrolment in force; null when there is none. */
export async function enrolmentOf(app: App, subject: Subject): Promise<EnrolmentRow | null> {
  const rows = await app.identity.store.enrolments(subject);
  return rows.findLast(({ status }) => status === 'complete') ?? null;
}

async function load(app: App, row: EnrolmentRow, access: Access): Promise<FaceTemplate | null> {
  const { memory, vault } = app.identity;
  const known = memory.get(row.id);
  if (known !== undefined) return known;
  const bytes = await vault.open(row, TEMPLATE + row.id, access);
  if (bytes === null) return null;
  // Written by `enrol.ts` and authenticated by its encryption.
  const template = JSON.parse(Buffer.from(bytes).toString()) as FaceTemplate;
  memory.set(row, template);
  return template;
}

/** The subject's template; null when there is no enrolment in force. */
export async function templateOf(app: App, subject: Subject, caseRef: string): Promise<FaceTemplate | null> {
  const row = await enrolmentOf(app, subject);
  return row === null ? null : load(app, row, { who: 'system', why: 'comparison', caseRef });
}

/** What is remembered of a photo. */
export function traceOf(id: string, { hash, face }: ImageReading): PhotoTrace | null {
  const descriptor = face?.descriptor ?? null;
  return descriptor === null ? null : { id, hash, descriptor };
}

/** Remembers a photo for later searches, under its own key in the vault. */
export async function keepTrace(app: App, subject: Subject, trace: PhotoTrace): Promise<void> {
  await app.identity.vault.keep(subject, TRACE + trace.id, Buffer.from(JSON.stringify(trace)));
}

/** The subject's remembered photos. */
export async function tracesOf(
  app: App,
  subject: Subject,
  caseRef: string,
  max: number,
): Promise<readonly PhotoTrace[]> {
  const { vault } = app.identity;
  const names = (await vault.names(subject)).filter((name) => name.startsWith(TRACE)).slice(-max);
  const traces: PhotoTrace[] = [];
  for (const name of names) {
    const bytes = await vault.open(subject, name, { who: 'system', why: 'comparison', caseRef });
    if (bytes !== null) traces.push(JSON.parse(Buffer.from(bytes).toString()) as PhotoTrace);
  }
  return traces;
}

/**
 * Looks for other learners with this face and leaves what it finds to a person; nothing follows from it by itself. The same
 * learner of the same platform in another course is nobody else.
 */
export async function reviewSameFace(
  app: App,
  subject: Subject,
  mean: readonly number[],
  source: string,
): Promise<ReviewRow | null> {
  const { store, thresholds } = app.identity;
  const rows = await store.completeEnrolments();
  const others: { id: string; mean: readonly number[] }[] = [];
  for (const row of rows) {
    if (row.platform === subject.platform && row.learner === subject.learner) continue;
    const access = { who: 'system', why: 'duplicate-search', caseRef: source } as const;
    const template = await load(app, row, access);
    if (template !== null) others.push({ id: row.id, mean: template.mean });
  }
  const found = findSameFace(mean, others, thresholds);
  if (found.length === 0) return null;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const review: ReviewRow = {
    id: app.newId(),
    at: app.clock.now(),
    kind: 'same-face',
    subject: subjectOf(subject),
    others: found.flatMap(({ id, distance }) => {
      const row = byId.get(id);
      return row === undefined ? [] : [{ subject: subjectOf(row), distance }];
    }),
    source,
  };
  await store.addReview(review);
  app.metrics.count('review.same_face');
  return review;
}
