/** The face engine of a server: opened when it is first needed, closed when nothing is being read any more. */
import { join } from 'node:path';
import { createPhotoVault } from './adapters/photos/photo-vault.ts';
import { recordAct } from './app/audit-log.ts';
import { createFaceMemory } from './app/face-templates.ts';
import type { Identity } from './app/identity.ts';
import { createLivenessDesk } from './app/liveness-desk.ts';
import type { Clock, FaceEngine, NewId, PhotoVault, RandomBytes, Schedule, Store } from './app/ports.ts';
import type { Config } from './config/config.ts';
import { FACE_THRESHOLDS } from './core/identity/thresholds.ts';
import type { PolicyPack } from './core/policy/pack.ts';

/** An engine that may not be open yet. */
export interface Faces {
  /** Null = there is none. */
  readonly open: Identity['faces'];
  readonly close: () => Promise<void>;
}

/** What {@link createIdentity} is made of. */
export interface IdentityParts {
  readonly dataDir: string;
  readonly kek: Uint8Array;
  readonly store: Pick<Store, 'identity' | 'audit'>;
  readonly faces: Identity['faces'];
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly randomBytes: RandomBytes;
  readonly newId: NewId;
}

/** Vault, records, memory and challenges of one server. Decryptions go into the chain of acts and into the subject's own list. */
export function createIdentity(parts: IdentityParts): Identity & { readonly vault: PhotoVault } {
  const { store, faces, clock, schedule, randomBytes, newId, kek } = parts;
  const vault = createPhotoVault({
    ...{ folder: join(parts.dataDir, 'photos'), kek, randomBytes, newId, clock },
    async audit(row) {
      const { platform, learner, course } = row.subject;
      const subject = JSON.stringify([platform, learner, course, row.object]);
      const act = { who: row.who, what: 'photo.decrypt', subject, why: row.why, caseId: row.caseRef };
      await recordAct({ audit: store.audit, clock }, act);
      await store.identity.addAccess(row);
    },
  });
  return {
    ...{ store: store.identity, vault, faces, thresholds: FACE_THRESHOLDS },
    memory: createFaceMemory(),
    liveness: createLivenessDesk({ clock, schedule, randomBytes, newId }),
  };
}

/** A thread that is ended inside of a network takes the process with it: closing waits for what is being read. */
function closingGently(engine: FaceEngine): FaceEngine {
  const reading = new Set<Promise<unknown>>();
  let closed = false;
  return {
    name: engine.name,
    read(bytes, options) {
      if (closed) return Promise.resolve({ status: 'later', reason: 'closed', retryMs: 0 });
      const read = engine.read(bytes, options);
      reading.add(read);
      const done = () => void reading.delete(read);
      read.then(done, done);
      return read;
    },
    async close() {
      closed = true;
      await Promise.allSettled(reading);
      await engine.close();
    },
  };
}

/** @param given replaces the engine of the settings and stays the caller's to close. */
export function openFaces(driver: Config['faces'], given?: FaceEngine): Faces {
  if (given !== undefined) return { open: async () => given, close: async () => {} };
  if (driver === 'off') return { open: null, close: async () => {} };
  let opening: Promise<FaceEngine> | null = null;
  const open = async (): Promise<FaceEngine> => {
    // Only now: most servers of a test never need it, and a start should not wait for it.
    const { openFaceEngine } = await import('./adapters/face/engine.ts');
    return closingGently(await openFaceEngine({ driver }));
  };
  return {
    open() {
      opening ??= open();
      return opening;
    },
    close: async () => {
      await opening?.then(
        (engine) => engine.close(),
        () => {},
      );
    },
  };
}

/**
 * A pack that asks for live comparisons is of no use where nobody can judge them: every sitting would stay without credit. The
 * engine is opened, and so verified, before the first learner comes. @throws Error, ModelError.
 */
export async function requireFaces(pack: PolicyPack, { open }: Faces): Promise<void> {
  if (!pack.liveness.required) return;
  if (open === null)
    throw new Error(
      `ZHENXUE_FACES: expected onnx or tfjs, since the pack ${pack.id} asks for live comparisons`,
    );
  await open();
}
