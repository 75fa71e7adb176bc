/** The ledger of consent: what a learner agreed to, and what follows when it is not, or no longer, agreed to. */
import { type Consent, type ConsentScope, ID_CHARS_MAX } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { eraseSubject } from './erase-subject.ts';
import { Refusal } from './failure.ts';
import { subjectOf } from './identity.ts';
import type { ConsentRow, Subject } from './identity-ports.ts';
import { noticeHash } from './notices.ts';

const SCOPES: readonly ConsentScope[] = ['camera', 'comparison', 'evidence-photo'];

/** A decision as it arrives. @throws Refusal `invalid-request`. */
export function readConsent(value: unknown): Consent {
  const { notice, lang, scopes } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const known = Array.isArray(scopes) && scopes.length <= SCOPES.length;
  if (typeof notice !== 'string' || notice === '' || notice.length > ID_CHARS_MAX)
    throw new Refusal('invalid-request', 'consent: expected the version of the notice');
  if (lang !== 'zh-CN' && lang !== 'en')
    throw new Refusal('invalid-request', 'consent: expected lang zh-CN or en');
  if (!known || !scopes.every((scope) => SCOPES.includes(scope as ConsentScope)))
    throw new Refusal('invalid-request', 'consent: expected scopes of the list');
  return { notice, lang, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
}

/** The scopes in force; null when nothing was decided yet. */
export async function scopesOf(app: App, subject: Subject): Promise<readonly ConsentScope[] | null> {
  const rows = await app.identity.store.consents(subject);
  return rows.at(-1)?.scopes ?? null;
}

/** @throws Refusal `consent-required` unless every scope was agreed to. */
export async function requireScopes(
  app: App,
  subject: Subject,
  scopes: readonly ConsentScope[],
): Promise<void> {
  const agreed = await scopesOf(app, subject);
  const missing = scopes.filter((scope) => agreed === null || !agreed.includes(scope));
  if (missing.length > 0)
    throw new Refusal('consent-required', `expected the learner's consent to ${missing.join(', ')}`);
}

/** Writes a decision down, and erases what is no longer agreed to before it answers. */
export async function recordConsent(
  app: App,
  subject: Subject,
  decision: Consent,
  from: Pick<ConsentRow, 'via' | 'session'>,
): Promise<void> {
  const before = await scopesOf(app, subject);
  const row: ConsentRow = {
    ...subjectOf(subject),
    ...decision,
    ...from,
    id: app.newId(),
    at: app.clock.now(),
    noticeHash: noticeHash(decision.notice),
  };
  await app.identity.store.addConsent(row);
  app.metrics.count('consent.recorded');
  const gone = (before ?? []).filter((scope) => !decision.scopes.includes(scope));
  if (gone.length > 0) await eraseSubject(app, subject, decision.scopes);
}
