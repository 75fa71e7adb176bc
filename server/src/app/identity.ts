/** What the use cases about faces share. */
import type { FaceThresholds } from '../core/identity/thresholds.ts';
import type { FaceMemory } from './face-templates.ts';
import type { IdentityStore, Subject, SubjectVault } from './identity-ports.ts';
import type { LivenessDesk } from './liveness-desk.ts';
import type { FaceEngine } from './ports.ts';

/** Stores, vault and engine for faces. Put together once, in `main.ts`. */
export interface Identity {
  readonly store: IdentityStore;
  readonly vault: SubjectVault;
  /** Opens the engine when it is first needed; null when this server has none. */
  readonly faces: (() => Promise<FaceEngine>) | null;
  readonly thresholds: FaceThresholds;
  readonly memory: FaceMemory;
  readonly liveness: LivenessDesk;
}

/** The subject's part of anything that names one. */
export function subjectOf({ platform, learner, course }: Subject): Subject {
  return { platform, learner, course };
}

/** Name of the lock under which a subject's files change: nothing is stored while they are destroyed. */
export function lockOf({ platform, learner, course }: Subject): string {
  return `subject:${JSON.stringify([platform, learner, course])}`;
}
