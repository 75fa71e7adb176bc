/**
 * Stores beside the sittings: what was done by whom (audit), and what has yet to be told to others (outbox). Drivers of one
 * store implement both; every method that changes something resolves only after the change is durable.
 */
import type { PageRequest } from './ports.ts';

/** What is written about an act that somebody may have to answer for. */
export interface AuditFacts {
  /** Epoch ms. */
  readonly at: number;
  /** Name of the key, person or part of the program that acted. */
  readonly who: string;
  /** The act, such as `photo.decrypt` or `ban.lift`. */
  readonly what: string;
  /** What it was done to: the id of a sitting, a photo, a ban; empty when there is no such thing. */
  readonly subject: string;
  /** The reason given. */
  readonly why: string;
  /** The case that it belongs to, null when there is none. */
  readonly caseId: string | null;
}

/** A link of the audit chain. */
export interface AuditEntry extends AuditFacts {
  /** 1, 2, 3, … without a hole. */
  readonly n: number;
  /** SHA-256 over the chain value before it and the facts, base64url. */
  readonly chain: string;
}

/** Exact matches; all optional, all ANDed. */
export interface AuditFilter {
  readonly who?: string;
  readonly subject?: string;
  readonly caseId?: string;
}

/** Append-only; nothing in it is ever changed or deleted. */
export interface AuditStore {
  /**
   * Adds a link behind the last one, whoever else adds at the same time.
   * @param link makes the entry from its number and the chain value before it (empty before the first); may be called again.
   */
  append(link: (n: number, before: string) => AuditEntry): Promise<AuditEntry>;
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: PageRequest,
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly next: string | null }>;
  /** In the order of the chain, from number `from` on, at most `limit`. */
  read(from: number, limit: number): Promise<readonly AuditEntry[]>;
}

/** What is to be told to somebody outside. */
export interface NewNotice {
  /** Of the cause, so that it is queued once. */
  readonly id: string;
  /** Such as `session.sealed`. */
  readonly kind: string;
  /** Who is to be told: a platform's id. */
  readonly recipient: string;
  /** JSON text as it will be sent. */
  readonly payload: string;
  readonly createdAt: number;
  /** Not before, epoch ms. */
  readonly dueAt: number;
}

/** Waiting for a try, delivered, or given up. */
export type NoticeState = 'waiting' | 'done' | 'failed';

/** A queued notice. */
export interface Notice extends NewNotice {
  readonly state: NoticeState;
  /** Tries begun so far; the number of the claim under which the present one runs. */
  readonly attempts: number;
  /** What the last try brought, in words, never with content of the answer; empty before the first. */
  readonly lastError: string;
}

/** How a try ended. */
export type NoticeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly dueAt: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string };

/** Exact matches; all optional, all ANDed. */
export interface NoticeFilter {
  readonly recipient?: string;
  readonly state?: NoticeState;
}

/** Durable queue: every notice is tried at least once, by one server at a time while clocks and leases hold. */
export interface OutboxStore {
  /** @returns false, and changes nothing, when the id was queued before. */
  put(notice: NewNotice): Promise<boolean>;
  /**
   * Claims due notices until `until`, epoch ms, earliest first; each claim counts as one more try. A claim that is not settled
   * by then can be taken by others.
   */
  claim(request: {
    readonly at: number;
    readonly until: number;
    readonly limit: number;
  }): Promise<readonly Notice[]>;
  /** Ends a try. @returns false, and changes nothing, when a later claim exists or the notice is not waiting. */
  settle(id: string, attempt: number, outcome: NoticeOutcome): Promise<boolean>;
  /** Makes a notice that was delivered or given up wait again: redelivery. @returns false when there is none such. */
  again(id: string, dueAt: number): Promise<boolean>;
  /** Newest first. */
  list(
    filter: NoticeFilter,
    page: PageRequest,
  ): Promise<{ readonly items: readonly Notice[]; readonly next: string | null }>;
  /** Forgets at most `limit` delivered notices made before `before`, epoch ms. @returns how many. */
  sweep(before: number, limit: number): Promise<number>;
}
