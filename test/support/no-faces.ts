import { createFaceMemory } from '../../server/src/app/face-templates.ts';
import type { Identity } from '../../server/src/app/identity.ts';
import type {
  AccessRow,
  ConsentRow,
  EnrolmentRow,
  IdentityStore,
  ReviewRow,
  Subject,
} from '../../server/src/app/identity-ports.ts';
import { FACE_THRESHOLDS } from '../../server/src/core/identity/thresholds.ts';

const same = (a: Subject, b: Subject): boolean =>
  a.platform === b.platform && a.learner === b.learner && a.course === b.course;

/** Records about faces in memory. */
export function createMemoryIdentityStore(): IdentityStore {
  const consents: ConsentRow[] = [];
  const enrolments = new Map<string, EnrolmentRow>();
  const reviews: ReviewRow[] = [];
  const accesses: AccessRow[] = [];
  return {
    addConsent: async (row) => void consents.push(row),
    consents: async (subject) => consents.filter((row) => same(row, subject)),
    putEnrolment: async (row) => void enrolments.set(row.id, row),
    enrolment: async (id) => enrolments.get(id) ?? null,
    enrolments: async (subject) => [...enrolments.values()].filter((row) => same(row, subject)),
    completeEnrolments: async () => [...enrolments.values()].filter(({ status }) => status === 'complete'),
    addReview: async (row) => void reviews.push(row),
    reviews: async (limit) => reviews.toReversed().slice(0, limit),
    addAccess: async (row) => void accesses.push(row),
    accesses: async (subject) => accesses.filter((row) => same(row.subject, subject)),
  };
}

/** A server that compares no faces. */
export function noFaces(): Identity {
  return {
    store: createMemoryIdentityStore(),
    vault: {
      keep: async () => '',
      open: async () => null,
      names: async () => [],
      remove: async () => {},
      destroy: async () => {},
    },
    faces: null,
    thresholds: FACE_THRESHOLDS,
    memory: createFaceMemory(),
    liveness: { start: () => '', frame: () => {}, drop: () => {}, stop: async () => {} },
  };
}
