/** What enrolment, comparison and the privacy of faces need from the outside world, besides `ports.ts`. */
import type { ConsentScope } from '@zhenxue/protocol';

/** Whose photos, template and data key belong together. */
export interface Subject {
  readonly platform: string;
  readonly learner: string;
  readonly course: string;
}

/** One decision about a notice; the newest of a subject is in force. Never changed, never deleted. */
export interface ConsentRow extends Subject {
  readonly id: string;
  readonly at: number;
  /** Sitting in which it was decided; null over REST. */
  readonly session: string | null;
  /** Who told: the learner's page, or the platform that asked by itself. */
  readonly via: 'page' | 'platform';
  readonly notice: string;
  /** SHA-256 of the text in both languages, base64url; null when it is the platform's own text. */
  readonly noticeHash: string | null;
  readonly lang: 'zh-CN' | 'en';
  readonly scopes: readonly ConsentScope[];
}

/** How an enrolment stands. */
export type EnrolmentStatus = 'open' | 'complete' | 'replaced' | 'erased';

/** An enrolment; photos and template lie encrypted in the vault. */
export interface EnrolmentRow extends Subject {
  readonly id: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly status: EnrolmentStatus;
  readonly completedAt: number | null;
  /** Photos behind the template. */
  readonly photos: number;
  /** SHA-256 of the template's ciphertext, base64url. */
  readonly templateHash: string | null;
}

/** Something for a person to look at; never an outcome by itself. */
export interface ReviewRow {
  readonly id: string;
  readonly at: number;
  readonly kind: 'same-face' | 'same-photo';
  readonly subject: Subject;
  /** Others concerned, closest first. */
  readonly others: readonly { readonly subject: Subject; readonly distance: number }[];
  /** Sitting or enrolment in which it was noticed. */
  readonly source: string;
}

/** One decryption, written down before it happens. */
export interface AccessRow {
  readonly id: string;
  readonly at: number;
  /** A person's key label, or `system` for an automatic comparison. */
  readonly who: string;
  readonly why: AccessReason;
  /** Sitting, enrolment or case number. */
  readonly caseRef: string;
  readonly subject: Subject;
  /** Name inside the vault. */
  readonly object: string;
}

/** Why something is decrypted. */
export type AccessReason = 'comparison' | 'duplicate-search' | 'enrolment' | 'review' | 'export';

/** Records about faces. Holds no photo and no template. */
export interface IdentityStore {
  addConsent(row: ConsentRow): Promise<void>;
  /** Oldest first. */
  consents(subject: Subject): Promise<readonly ConsentRow[]>;
  /** Creates or replaces. */
  putEnrolment(row: EnrolmentRow): Promise<void>;
  enrolment(id: string): Promise<EnrolmentRow | null>;
  /** Oldest first. */
  enrolments(subject: Subject): Promise<readonly EnrolmentRow[]>;
  /** Complete enrolments: one per subject whose template is stored. */
  completeEnrolments(): Promise<readonly EnrolmentRow[]>;
  addReview(row: ReviewRow): Promise<void>;
  /** Newest first. */
  reviews(limit: number): Promise<readonly ReviewRow[]>;
  addAccess(row: AccessRow): Promise<void>;
  /** Decryptions of a subject's objects, oldest first. */
  accesses(subject: Subject): Promise<readonly AccessRow[]>;
}

/** On whose behalf, and for what, something is decrypted. */
export interface Access {
  readonly who: string;
  readonly why: AccessReason;
  readonly caseRef: string;
}

/** Encrypted files of subjects, each subject under its own data key. */
export interface SubjectVault {
  /** Encrypts and stores; replaces what has the name. @returns SHA-256 (base64url) of the ciphertext, once durable. */
  keep(subject: Subject, name: string, bytes: Uint8Array): Promise<string>;
  /** Decrypts, after the access was written down. Null when there is nothing of that name, or its key was destroyed. */
  open(subject: Subject, name: string, access: Access): Promise<Uint8Array | null>;
  /** Names that are there, sorted. */
  names(subject: Subject): Promise<readonly string[]>;
  remove(subject: Subject, name: string): Promise<void>;
  /** Destroys the data key first, then what it encrypted: nothing of it can be read again. */
  destroy(subject: Subject): Promise<void>;
}
