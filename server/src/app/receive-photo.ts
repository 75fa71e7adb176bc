/** One evidence photo: hash and shape checked, stored encrypted, judged where the learner is enrolled, recorded, and only then acknowledged. */
import { ID_CHARS_MAX, PHOTO_BYTES_MAX, type PhotoAck, type PhotoMeta } from '@zhenxue/protocol';
import { requireScopes, scopesOf } from './consent.ts';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import { hashText } from './hash.ts';
import { lockOf } from './identity.ts';
import { judgePhoto } from './judge-photo.ts';
import type { SessionActor } from './session-actor.ts';
import { openDirectivesOf } from './sitting.ts';

/** Milliseconds after which a photo may be sent again. */
const RETRY_MS = 1_000;

/** First bytes of the accepted formats: JPEG (SOI), PNG (signature), WebP (RIFF container, format at byte 8). */
function looksLikePhoto(bytes: Uint8Array): boolean {
  const starts = (expected: readonly number[], at = 0) => expected.every((byte, i) => bytes[at + i] === byte);
  if (bytes.length < 12) return false;
  if (starts([0xff, 0xd8, 0xff])) return true;
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return true;
  return starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8);
}

function metaOf(value: unknown): PhotoMeta {
  const meta = (typeof value === 'object' && value !== null ? value : {}) as { id?: unknown; h?: unknown };
  if (typeof meta.id !== 'string' || meta.id.length > ID_CHARS_MAX || typeof meta.h !== 'string') {
    throw new Refusal('invalid-request', 'photo: expected { id, h } with two short strings');
  }
  return { id: meta.id, h: meta.h };
}

function imageOf(value: unknown, meta: PhotoMeta): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Refusal('invalid-request', 'photo: expected binary content');
  if (value.length > PHOTO_BYTES_MAX) {
    throw new Refusal(
      'payload-too-large',
      `photo: expected at most ${PHOTO_BYTES_MAX} bytes, got ${value.length}`,
    );
  }
  if (hashText(value) !== meta.h)
    throw new Refusal('photo-hash-mismatch', 'photo: expected bytes that hash to h');
  if (!looksLikePhoto(value)) throw new Refusal('photo-unusable', 'photo: expected JPEG, PNG or WebP');
  return value;
}

/**
 * Where faces are compared, or the learner has decided anything here, this server's ledger counts. Elsewhere the platform has asked, and
 * answers for it. @throws Refusal `consent-required`.
 */
async function mayKeep(app: App, actor: SessionActor): Promise<void> {
  const { facts } = actor.sitting;
  if (!facts.pack.liveness.required && (await scopesOf(app, facts)) === null) return;
  await requireScopes(app, facts, ['camera', 'evidence-photo']);
}

async function store(app: App, actor: SessionActor, meta: unknown, bytes: unknown): Promise<void> {
  const { sitting } = actor;
  const { id, h } = metaOf(meta);
  const image = imageOf(bytes, { id, h });
  const { session, platform, learner, course } = sitting.facts;
  // One after the other per request, so that a repeated message finds the first one stored.
  await app.lock(`photo:${session}:${id}`, async () => {
    if (sitting.photos.has(id)) return actor.settled();
    if (sitting.sealed) throw new Refusal('session-ended', 'expected a sitting that has not ended');
    const open = openDirectivesOf(sitting, actor.now());
    if (!open.some((directive) => directive.kind === 'photo' && directive.id === id)) {
      throw new Refusal('photo-unexpected', 'photo: expected the id of an open photo request');
    }
    await mayKeep(app, actor);
    const photo = await judgePhoto(app, sitting.facts, id, image);
    const { judged, why } = photo;
    const hash = await app.lock(lockOf(sitting.facts), async () => {
      // Once more, now that nobody can erase in between: what was withdrawn while the photo was read is not stored.
      await mayKeep(app, actor);
      return app.vault.put({ session, id, platform, learner, course, bytes: photo.bytes });
    });
    const record = { kind: 'photo', at: actor.now(), id, hash, bytes: photo.bytes.length } as const;
    await actor.apply({ ...record, ...(judged && { judged }), ...(why && { why }) }).committed;
    app.metrics.count('photo.stored');
  });
}

/** Takes one photo in. Never throws: every refusal is an answer. */
export async function receivePhoto(
  app: App,
  actor: SessionActor,
  meta: unknown,
  bytes: unknown,
): Promise<PhotoAck> {
  try {
    await store(app, actor, meta, bytes);
    return { ok: true, level: 'durable' };
  } catch (error) {
    if (error instanceof Refusal) {
      const answer = { ok: false, code: error.code, message: error.message } as const;
      const retry = error.code === 'slow-down' || error.code === 'unavailable';
      return retry ? { ...answer, retryMs: RETRY_MS } : answer;
    }
    app.log.error('photo.failed', { session: actor.sitting.facts.session, error: String(error) });
    const message = 'expected no fault of the server';
    return { ok: false, code: 'internal', message, retryMs: RETRY_MS };
  }
}
