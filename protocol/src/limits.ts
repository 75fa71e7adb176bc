/**
 * Every bound of the wire contract, with its unit and its reason. A server may be stricter, never laxer.
 */

/** Version written in every batch. A server accepts this one and the one before it. */
export const PROTOCOL_VERSION = 1;

/** Oldest version that was ever released: there is nothing before it to be compatible with. */
const PROTOCOL_VERSION_OLDEST = 1;

/**
 * Whether a side that speaks `newest` understands version `v`: its own and the one before it.
 * @param newest for tests of versions to come; default {@link PROTOCOL_VERSION}.
 */
export function speaksVersion(v: unknown, newest: number = PROTOCOL_VERSION): v is number {
  return v === newest || (v === newest - 1 && v >= PROTOCOL_VERSION_OLDEST);
}

/** WebSocket sub-protocol offered by the SDK and echoed by the server; the ticket rides beside it (never in a URL). */
export const WS_PROTOCOL = 'zhenxue.v1';

/** Prefix of the second offered sub-protocol, which carries the ticket or the resume token: `ticket.<jwt>`. */
export const WS_TICKET_PREFIX = 'ticket.';

/** Bytes of one batch document. Holds the ≤ 48 KiB flush of a closing page with room to spare. */
export const BATCH_BYTES_MAX = 65_536;

/** Events in one batch: 256 beats are more than twenty minutes of offline playing. */
export const BATCH_EVENTS_MAX = 256;

/** Milliseconds of session time: a sitting longer than 48 h is not a sitting. */
export const SESSION_TIME_MAX_MS: number = 48 * 3_600_000;

/** Milliseconds of media position: no lesson video is longer than 24 h. */
export const MEDIA_TIME_MAX_MS: number = 24 * 3_600_000;

/** Thousandths of a playback rate: Chromium refuses rates above 16. */
export const RATE_MAX_PERMILLE = 16_000;

/** State bits in use or reserved: sixteen. */
export const STATE_BITS_MAX = 0xffff;

/** Characters of a directive id such as `p12`. */
export const ID_CHARS_MAX = 16;

/** Characters of a popup answer. */
export const ANSWER_CHARS_MAX = 32;

/** Characters of free text in an event (SDK build, tamper detail). */
export const TEXT_CHARS_MAX = 64;

/** Events that a `gap` may say were dropped. */
export const GAP_COUNT_MAX = 1_000_000;

/** Bytes of one evidence photo (a 1280×720 JPEG at quality 0.8 stays below 200 KiB). */
export const PHOTO_BYTES_MAX: number = 512 * 1_024;

/** Pixels on the longer side of an evidence photo. */
export const PHOTO_SIDE_MAX_PX = 4_096;

/** Bytes of one socket message: the largest photo plus its framing. */
export const MESSAGE_BYTES_MAX: number = PHOTO_BYTES_MAX + 16_384;

/** Bytes of one frame of a liveness challenge (640×480 JPEG). */
export const FRAME_BYTES_MAX: number = 96 * 1_024;

/** Frames per second of a liveness challenge. */
export const FRAMES_PER_SECOND_MAX = 8;

/** Frames of one liveness challenge: 20 s at the highest rate. */
export const CHALLENGE_FRAMES_MAX = 160;

/** Milliseconds between two samples while nothing changes. */
export const BEAT_MS = 5_000;

/** Characters of an identifier chosen by a platform (learner, course, lesson). */
export const REF_CHARS_MAX = 64;

/** Shape of an identifier chosen by a platform: it may stand in URLs and logs, so it must not be a name or an ID number. */
export const REF_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Lessons in one course. */
export const COURSE_LESSONS_MAX = 500;

/** Items on one page of a list answer. */
export const PAGE_ITEMS_MAX = 200;
