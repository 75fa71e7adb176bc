/** A live face comparison over the socket: begun by the learner's page, judged here, recorded before anybody is told. */
import type { Consent, Directive, LivenessPrompt, LivenessStarted, Receipt } from '@zhenxue/protocol';
import type { FaceTemplate } from '../core/identity/compare.ts';
import { comparable } from '../core/identity/compare.ts';
import { CHALLENGE_MS } from '../core/identity/liveness/challenge.ts';
import { judgeLiveness, type LivenessJudgement } from '../core/identity/liveness/judge.ts';
import type { CannotTell } from '../core/identity/reasons.ts';
import type { LivenessResult } from '../core/session/records.ts';
import { readConsent, recordConsent, requireScopes, scopesOf } from './consent.ts';
import type { App } from './context.ts';
import { templateOf } from './face-templates.ts';
import { Refusal } from './failure.ts';
import { lockOf } from './identity.ts';
import { CHALLENGE_FPS, type FinishedChallenge, START_RETRY_MS } from './liveness-desk.ts';
import type { FaceEngine } from './ports.ts';
import { problemOf, readFace } from './read-face.ts';
import type { SessionActor } from './session-actor.ts';
import { openDirectivesOf } from './sitting.ts';

/** Size of the frames that are asked for, px. */
const FRAME_WIDTH_PX = 640;
const FRAME_HEIGHT_PX = 480;

/** Characters of an id or a nonce: a UUID is 36. */
const NAME_CHARS_MAX = 64;

type Refused = Extract<Receipt, { ok: false }>;

function refusalAnswer(app: App, actor: SessionActor, event: string, error: unknown): Refused {
  if (error instanceof Refusal) {
    const answer = { ok: false, code: error.code, message: error.message } as const;
    const retry = error.code === 'slow-down' || error.code === 'unavailable';
    return retry ? { ...answer, retryMs: START_RETRY_MS } : answer;
  }
  app.log.error(event, { session: actor.sitting.facts.session, error: String(error) });
  const message = 'expected no fault of the server';
  return { ok: false, code: 'internal', message, retryMs: START_RETRY_MS };
}

function isOpen(actor: SessionActor, id: string): boolean {
  const open = openDirectivesOf(actor.sitting, actor.now());
  return open.some((directive) => directive.kind === 'liveness' && directive.id === id);
}

/** What the learner refused is not asked for again: open challenges and photo requests end as declined. */
async function settleDeclined(actor: SessionActor, scopes: readonly string[]): Promise<void> {
  const { sitting } = actor;
  const live = scopes.includes('camera') && scopes.includes('comparison');
  const photo = scopes.includes('camera') && scopes.includes('evidence-photo');
  for (const directive of openDirectivesOf(sitting, actor.now())) {
    const { kind, id } = directive;
    if (sitting.sealed) return;
    if (kind === 'liveness' && !live)
      await actor.apply({ kind, at: actor.now(), id, result: 'declined' }).committed;
    if (kind === 'photo' && !photo)
      await actor.apply({ kind, at: actor.now(), id, hash: '', bytes: 0, judged: 'declined' }).committed;
  }
}

/** Takes a decision about the notice. Never throws. */
export async function receiveConsent(app: App, actor: SessionActor, value: unknown): Promise<Receipt> {
  try {
    const decision: Consent = readConsent(value);
    const { facts } = actor.sitting;
    await recordConsent(app, facts, decision, { via: 'page', session: facts.session });
    const live = decision.scopes.includes('camera') && decision.scopes.includes('comparison');
    if (!live) app.identity.liveness.drop(facts.session);
    if (!actor.sitting.sealed) await settleDeclined(actor, decision.scopes);
    return { ok: true };
  } catch (error) {
    return refusalAnswer(app, actor, 'consent.failed', error);
  }
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > NAME_CHARS_MAX)
    throw new Refusal('invalid-request', `${name}: expected a short string`);
  return value;
}

function countOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new Refusal('invalid-request', `${name}: expected 0, 1, 2, …`);
  return value;
}

async function begin(
  app: App,
  actor: SessionActor,
  value: unknown,
  prompt: (prompt: LivenessPrompt) => void,
): Promise<LivenessStarted> {
  const { facts } = actor.sitting;
  const id = textOf((value as { id?: unknown } | null)?.id, 'liveness.start: id');
  if (!isOpen(actor, id)) throw new Refusal('challenge-void', 'liveness.start: expected an open challenge');
  const scopes = await scopesOf(app, facts);
  if (scopes !== null) await settleDeclined(actor, scopes);
  await requireScopes(app, facts, ['camera', 'comparison']);
  if (app.identity.faces === null) throw new Refusal('unavailable', 'expected a server with a face engine');
  const engine = await app.identity.faces();
  const template = await templateOf(app, facts, facts.session);
  if (template === null || !comparable(engine.name, template.engine))
    throw new Refusal('not-enrolled', 'expected an enrolment made with the present models');
  const nonce = app.identity.liveness.start({
    session: facts.session,
    id,
    read: (bytes, options) => readFace(engine, app.schedule, bytes, options),
    prompt,
    finished: (result) => conclude(app, actor, engine, template, id, result),
  });
  app.metrics.count('liveness.started');
  return {
    ok: true,
    nonce,
    fps: CHALLENGE_FPS,
    width: FRAME_WIDTH_PX,
    height: FRAME_HEIGHT_PX,
    expiresMs: CHALLENGE_MS,
  };
}

/** Begins a challenge. Never throws. @param prompt sends what is to be done now. */
export async function startLiveness(
  app: App,
  actor: SessionActor,
  value: unknown,
  prompt: (prompt: LivenessPrompt) => void,
): Promise<LivenessStarted> {
  try {
    return await begin(app, actor, value, prompt);
  } catch (error) {
    return refusalAnswer(app, actor, 'liveness.start-failed', error);
  }
}

/** Takes one frame. Never throws. */
export function receiveFrame(app: App, actor: SessionActor, value: unknown, bytes: unknown): Receipt {
  try {
    const meta = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    if (!(bytes instanceof Uint8Array))
      throw new Refusal('invalid-request', 'liveness.frame: expected binary content');
    const frame = {
      id: textOf(meta.id, 'liveness.frame: id'),
      nonce: textOf(meta.nonce, 'liveness.frame: nonce'),
      i: countOf(meta.i, 'liveness.frame: i'),
      n: countOf(meta.n, 'liveness.frame: n'),
    };
    app.identity.liveness.frame(actor.sitting.facts.session, frame, bytes);
    return { ok: true };
  } catch (error) {
    return refusalAnswer(app, actor, 'liveness.frame-failed', error);
  }
}

/** What is recorded; null = the server had no time: nothing is recorded, the page begins again. */
function resultOf(judgement: LivenessJudgement): LivenessResult | null {
  if (judgement.answer === 'passed') return 'passed';
  if (judgement.answer === 'failed') return judgement.evidence === 'flat' ? 'spoof' : 'other-person';
  switch (judgement.reason) {
    case 'busy':
      return null;
    case 'too-dark':
    case 'too-far':
    case 'no-face':
    case 'several-faces':
      return judgement.reason;
    default:
      return 'unclear';
  }
}

function whyOf(judgement: LivenessJudgement): CannotTell {
  if (judgement.answer === 'cannot-tell') return judgement.reason;
  return judgement.answer === 'failed' && judgement.evidence === 'flat' ? 'not-followed' : 'borderline';
}

/** Keeps a few frames where the learner agreed to that. @returns the hashes of their ciphertexts. */
async function keepFrames(
  app: App,
  actor: SessionActor,
  engine: FaceEngine,
  id: string,
  frames: readonly Uint8Array[],
): Promise<readonly string[]> {
  const { facts } = actor.sitting;
  const wanted = { descriptor: false, eyes: false, sureCount: false, cleaned: true };
  const hashes: string[] = [];
  for (const [k, bytes] of frames.entries()) {
    const reading = await readFace(engine, app.schedule, bytes, wanted);
    const cleaned = reading.status === 'read' ? reading.cleaned : null;
    if (cleaned === null) continue;
    await app.lock(lockOf(facts), async () => {
      if (!(await scopesOf(app, facts))?.includes('evidence-photo')) return;
      const photo = { ...facts, id: `${id}-${k}`, bytes: cleaned };
      hashes.push(await app.vault.put(photo));
    });
  }
  return hashes;
}

/** Judges, records, and only then tells the page. */
async function conclude(
  app: App,
  actor: SessionActor,
  engine: FaceEngine,
  template: FaceTemplate,
  id: string,
  { challenge, frames, keyFrames }: FinishedChallenge,
): Promise<void> {
  const { session } = actor.sitting.facts;
  try {
    const { thresholds } = app.identity;
    const judgement = judgeLiveness({ challenge, frames, enrolled: template.mean, thresholds });
    const result = resultOf(judgement);
    const { answer } = judgement;
    app.metrics.count(`liveness.${answer === 'cannot-tell' ? 'untold' : answer}`);
    if (result !== null && !actor.sitting.sealed && isOpen(actor, id)) {
      const kept = await keepFrames(app, actor, engine, id, keyFrames);
      const record = { kind: 'liveness', at: actor.now(), id, result } as const;
      await actor.apply(kept.length === 0 ? record : { ...record, frames: kept }).committed;
    }
    if (result === 'passed') return;
    const why = problemOf(whyOf(judgement));
    const settled: Directive = { kind: 'settled', id: `${id}.w`, ref: id, result: 'wrong', why };
    await actor.link()?.send(settled);
  } catch (error) {
    app.log.error('liveness.failed', { session, error: String(error) });
  }
}
