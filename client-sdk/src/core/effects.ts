/** What the platform-free part needs from the outside world. Real ones live in `../effects`; tests bring five-line fakes. */
import type {
  BatchAck,
  Consent,
  Directive,
  ErrorCode,
  LivenessFrame,
  LivenessPrompt,
  LivenessStart,
  LivenessStarted,
  PhotoAck,
  PhotoMeta,
  Receipt,
  Welcome,
} from '@zhenxue/protocol';

/** Runs `task` once after `delayMs`; returns its stop. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

/** A number in [0, 1), for jitter only. */
export type Random = () => number;

/** Epoch ms, for ageing of stored data only; never evidence. */
export type WallClock = () => number;

/** SHA-256 of a text's UTF-8 bytes, base64url. */
export type HashText = (text: string) => string;

/** A batch as it lies in the outbox: the exact text that was or will be sent. */
export interface StoredBatch {
  readonly session: string;
  readonly seq: number;
  readonly prev: string;
  /** SHA-256 of the text's UTF-8 bytes, base64url. */
  readonly hash: string;
  readonly text: string;
  /** Events inside. */
  readonly count: number;
  /** Epoch ms. */
  readonly storedAt: number;
}

/** A photo waiting for its upload. */
export interface StoredPhoto {
  readonly session: string;
  readonly id: string;
  readonly h: string;
  readonly bytes: Uint8Array;
  readonly storedAt: number;
}

/** Where the outbox survives a reload. Every method resolves after the change is stored, rejects when it is not. */
export interface OutboxStore {
  /** Batches of a session by ascending `seq`. */
  batches(session: string): Promise<readonly StoredBatch[]>;
  put(batches: readonly StoredBatch[]): Promise<void>;
  /** Removes the session's batches up to and including `seq`. */
  drop(session: string, seq: number): Promise<void>;
  /** Replaces all batches of the session in one step. */
  replace(session: string, batches: readonly StoredBatch[]): Promise<void>;
  photos(session: string): Promise<readonly StoredPhoto[]>;
  putPhoto(photo: StoredPhoto): Promise<void>;
  dropPhoto(session: string, id: string): Promise<void>;
  /** Forgets everything, of any session, stored before this epoch ms. */
  sweep(before: number): Promise<void>;
  close(): void;
}

/** Questions that are asked once and not repeated by themselves: what is sent, what comes back. */
export interface Calls {
  readonly consent: readonly [Consent, Receipt];
  readonly 'liveness.start': readonly [LivenessStart, LivenessStarted];
  readonly 'liveness.frame': readonly [LivenessFrame, Receipt];
}

/** One connection to the server. */
export interface Link {
  batch(text: string, ack: (answer: BatchAck) => void): void;
  photo(meta: PhotoMeta, bytes: Uint8Array, ack: (answer: PhotoAck) => void): void;
  /** Asks once; without an answer nothing is called. */
  call<K extends keyof Calls>(
    name: K,
    message: Calls[K][0],
    bytes: Uint8Array | null,
    ack: (answer: Calls[K][1]) => void,
  ): void;
  close(): void;
}

/** What a connection tells. After `closed` nothing follows. */
export interface LinkEvents {
  welcome(welcome: Welcome): void;
  /** `confirm` sends the `{ id }` acknowledgement. */
  directive(directive: Directive, confirm: () => void): void;
  /** A step of a liveness challenge, revealed when it is due. */
  prompt?(prompt: LivenessPrompt): void;
  closed(): void;
}

/** Opens a connection; `token` is a secret and travels in the sub-protocol header only. */
export type OpenLink = (token: string, on: LinkEvents) => Link;

/** Why a handshake failed: the token is fine, nobody answers, or the code of the refusal. */
export type ProbeAnswer = 'usable' | 'unreachable' | ErrorCode;

/** Asks the server why a handshake failed; browsers hide the reason. Never rejects. */
export type Probe = (token: string) => Promise<ProbeAnswer>;

/** A ticket from the platform's backend. `session` lets the SDK lock out a second tab before it connects. */
export interface Ticket {
  readonly ticket: string;
  readonly session?: string;
}

/** Asks the platform's backend for a ticket. */
export type GetTicket = () => Promise<Ticket | string>;
