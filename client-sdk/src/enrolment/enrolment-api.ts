/** The server's side of an enrolment, over REST, with the enrolment's own ticket. */
import type { CaptureProblem, Consent, ErrorCode } from '@zhenxue/protocol';

/** What became of a photo, or of the whole. */
export type EnrolmentAnswer =
  | { readonly kind: 'taken'; readonly photos: number }
  | { readonly kind: 'complete' }
  | { readonly kind: 'problem'; readonly problem: CaptureProblem }
  /** The photos do not make a template; `photo` is to be taken again (null = one more). */
  | {
      readonly kind: 'incomplete';
      readonly problem: 'too-few-photos' | 'photo-unusable' | 'different-people';
      readonly photo: number | null;
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode | 'unreachable'; readonly retryMs?: number };

/** The server as an enrolment page sees it. No method rejects. */
export interface EnrolmentApi {
  /** Photos needed, and those that the server already has; null when the enrolment cannot be used. */
  look(): Promise<{ readonly photos: number; readonly photosMin: number } | null>;
  consent(decision: Consent): Promise<EnrolmentAnswer>;
  photo(n: number, bytes: Uint8Array): Promise<EnrolmentAnswer>;
  complete(): Promise<EnrolmentAnswer>;
}

/** Where the enrolment is. */
export interface EnrolmentPlace {
  /** Base address of the Zhenxue server. */
  readonly endpoint: string;
  readonly enrolment: string;
  /** A secret: travels in a header only. */
  readonly ticket: string;
  /** Default: the browser's. */
  readonly fetch?: typeof fetch;
}

/** Milliseconds before the same is sent again to a busy server. */
const BUSY_RETRY_MS = 2_000;

async function answerOf(response: Response): Promise<EnrolmentAnswer> {
  if (response.status === 204) return { kind: 'taken', photos: 0 };
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) {
    const code = body.code as ErrorCode;
    const passing = code === 'slow-down' || code === 'unavailable';
    return passing ? { kind: 'refused', code, retryMs: BUSY_RETRY_MS } : { kind: 'refused', code };
  }
  if (body.accepted === true) return { kind: 'taken', photos: body.photos as number };
  if (body.accepted === false) return { kind: 'problem', problem: body.problem as CaptureProblem };
  if (body.status === 'complete') return { kind: 'complete' };
  const { problem = 'too-few-photos', photo = null } = body as Partial<
    Extract<EnrolmentAnswer, { kind: 'incomplete' }>
  >;
  return { kind: 'incomplete', problem, photo };
}

/** Speaks to the server. */
export function createEnrolmentApi(place: EnrolmentPlace): EnrolmentApi {
  const send = place.fetch ?? globalThis.fetch.bind(globalThis);
  const base = new URL(`/v1/enrolments/${encodeURIComponent(place.enrolment)}`, place.endpoint);
  const ask = (path: string, method: string, type: string, body?: BodyInit): Promise<Response> =>
    send(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${place.ticket}`, 'content-type': type },
      ...(body === undefined ? {} : { body }),
      credentials: 'omit',
    });
  const tell = async (...given: Parameters<typeof ask>): Promise<EnrolmentAnswer> => {
    try {
      return await answerOf(await ask(...given));
    } catch {
      return { kind: 'refused', code: 'unreachable' };
    }
  };
  return {
    async look() {
      try {
        const response = await ask('', 'GET', 'application/json');
        const body = (await response.json()) as { status: string; photos: number; photosMin: number };
        return response.ok && body.status === 'open' ? body : null;
      } catch {
        return null;
      }
    },
    consent: (decision) => tell('/consent', 'POST', 'application/json', JSON.stringify(decision)),
    photo: (n, bytes) => tell(`/photos/${n}`, 'PUT', 'image/jpeg', bytes as Uint8Array<ArrayBuffer>),
    complete: () => tell('/complete', 'POST', 'application/json'),
  };
}
