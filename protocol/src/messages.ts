/**
 * What travels over the socket besides batches. Events by name:
 *
 * | event       | from   | arguments                                   | acknowledged with |
 * |-------------|--------|---------------------------------------------|-------------------|
 * | `welcome`   | server | {@link Welcome}                             | –                 |
 * | `batch`     | client | text of a batch (string)                    | {@link BatchAck}  |
 * | `photo`     | client | {@link PhotoMeta}, image bytes (binary)     | {@link PhotoAck}  |
 * | `directive` | server | {@link Directive}                           | `{ id }` once it was taken over for display |
 * | `consent`   | client | {@link Consent}                             | {@link Receipt}   |
 * | `liveness.start` | client | {@link LivenessStart}                  | {@link LivenessStarted} |
 * | `liveness.step`  | server | {@link LivenessPrompt}                 | –                 |
 * | `liveness.frame` | client | {@link LivenessFrame}, image bytes (binary) | {@link Receipt} |
 */
import type { ErrorCode } from './errors.ts';
import type { Bilingual, EndReason } from './verdict.ts';

/** First message on every connection. */
export interface Welcome {
  readonly v: number;
  readonly session: string;
  /** Ms since the sitting opened, by the server's clock: the client's `t` starts from here. */
  readonly elapsedMs: number;
  /** `prev` of the first batch. */
  readonly genesis: string;
  /** Last durable batch; seq 0 with the genesis hash when there is none. */
  readonly durable: { readonly seq: number; readonly hash: string };
  readonly beatMs: number;
  readonly guard: 'enforce' | 'observe';
  /** Media may play this long while hidden / unfocused, and this long without a connection, before the guard pauses. */
  readonly grace: { readonly hiddenMs: number; readonly unfocusedMs: number; readonly offlineMs: number };
  /** Furthest covered media position in ms: seeking up to here is allowed. */
  readonly furthestMs: number;
  readonly creditedMs: number;
  readonly videoMs: number;
  /** Directives still open, oldest first. */
  readonly pending: readonly Directive[];
  /** For reconnecting without a new ticket; valid for this sitting only. A secret: never logged, never stored. */
  readonly resumeToken: string;
}

/** What a popup asks. The right answer is never sent. */
export type PopupChallenge =
  /** A button at a random place, in thousandths of the free area. The answer is `ok`. */
  | { readonly type: 'press'; readonly x: number; readonly y: number }
  /** The sum of two small numbers. The answer is its decimal digits. */
  | { readonly type: 'sum'; readonly a: number; readonly b: number }
  /**
   * Four characters to be read from a drawing and typed; case does not matter. Only the drawing is sent: lines of
   * `x0, y0, x1, y1, …` in a field of `CODE_WIDTH` × `CODE_HEIGHT`. Who cannot see it answers with the sum of `a` and `b` instead.
   */
  | {
      readonly type: 'code';
      readonly strokes: readonly (readonly number[])[];
      readonly a: number;
      readonly b: number;
    };

/** What the server asks of the page. `id` is unique inside the sitting. */
export type Directive =
  | {
      readonly kind: 'popup';
      readonly id: string;
      readonly answerMs: number;
      readonly challenge: PopupChallenge;
    }
  | { readonly kind: 'photo'; readonly id: string; readonly answerMs: number }
  /** A live face comparison. Its steps are asked by the challenge itself; the server judges it. */
  | { readonly kind: 'liveness'; readonly id: string; readonly answerMs: number }
  /** What became of a popup, a photo request or a liveness challenge: met, not right (try again inside the window), or overdue (still answerable). */
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly ref: string;
      readonly result: 'met' | 'wrong' | 'overdue';
      /** Why a picture could not be used, where the person can do something about it. */
      readonly why?: CaptureProblem;
    }
  /** The sitting is over. No further batch is accepted. */
  | { readonly kind: 'end'; readonly id: string; readonly reason: EndReason; readonly message: Bilingual };

/** Answer to a batch. `seq` is always the highest contiguous durable batch, also in a refusal. */
export type BatchAck =
  | {
      readonly ok: true;
      readonly level: 'durable';
      readonly seq: number;
      readonly creditedMs: number;
      readonly furthestMs: number;
    }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      /** What was expected, in English; holds nothing of the refused content. */
      readonly message: string;
      readonly seq: number;
      /** Hash of the batch `seq`, to build on. */
      readonly hash: string;
      /** Wait at least this long before the next try, where waiting helps. */
      readonly retryMs?: number;
    };

/** What is wrong with a picture that the person in front of the camera can change. */
export type CaptureProblem =
  | 'too-dark'
  | 'too-bright'
  | 'too-far'
  | 'blurred'
  | 'no-face'
  | 'several-faces'
  | 'not-recognised'
  | 'steps-missed'
  | 'too-slow';

/** What a learner agreed to, separately (personal information law, biometric data): nothing is implied by another. */
export type ConsentScope = 'camera' | 'comparison' | 'evidence-photo';

/** A decision about a notice. Sent before the camera is first opened, and again whenever it changes; an empty `scopes` withdraws all. */
export interface Consent {
  /** Version of the notice that was shown. */
  readonly notice: string;
  /** Language that it was shown in. */
  readonly lang: 'zh-CN' | 'en';
  readonly scopes: readonly ConsentScope[];
}

/** Answer to a message that only needs to be known durable. */
export type Receipt =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly retryMs?: number };

/** A movement that a liveness challenge can ask for; left and right are the person's own. */
export type LivenessStep = 'turn-left' | 'turn-right' | 'open-mouth' | 'close-eyes';

/** The camera is open: begin the challenge `id` of an open liveness directive. */
export interface LivenessStart {
  readonly id: string;
}

/** The challenge has begun; its time counts on the server. Every start draws a new nonce; an older one is worth nothing. */
export type LivenessStarted =
  | {
      readonly ok: true;
      /** Goes back with every frame. */
      readonly nonce: string;
      /** Frames per second at most; more are refused. */
      readonly fps: number;
      /** Frames of at most this size, unmirrored JPEG. */
      readonly width: number;
      readonly height: number;
      /** The challenge is void after so many ms. */
      readonly expiresMs: number;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly retryMs?: number };

/** What to do now. Revealed only when it is due; `rest` = look straight ahead; `done` = send no more frames, the result follows as `settled`. */
export interface LivenessPrompt {
  readonly id: string;
  readonly nonce: string;
  /** 0, 1, 2, … counts the prompts of this challenge. */
  readonly n: number;
  readonly step: LivenessStep | 'rest' | 'done';
}

/** One frame of the camera. */
export interface LivenessFrame {
  readonly id: string;
  readonly nonce: string;
  /** 0, 1, 2, … without holes. */
  readonly i: number;
  /** `n` of the prompt that was on screen when the frame was taken. */
  readonly n: number;
  /** Session time of the frame, ms. */
  readonly t: number;
}

/** Which request a photo answers. */
export interface PhotoMeta {
  readonly id: string;
  /** SHA-256 of the image bytes, base64url; the same as in the `photo.taken` event. */
  readonly h: string;
}

/** Answer to a photo. */
export type PhotoAck =
  | { readonly ok: true; readonly level: 'durable' }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly retryMs?: number };
