/** The console's only way to the server: REST `/v1`, the token in the `Authorization` header and nowhere else. */
import type {
  BanView,
  ConsoleToken,
  Outcome,
  Page,
  PlatformStatus,
  PlatformView,
  SessionDetail,
  SessionSummary,
  Timeline,
} from '@zhenxue/protocol';
import { ApiFailure, failureOf } from './failure.ts';

/** Rows asked for at a time. */
export const LIST_ITEMS = 50;

/** A request without an answer for this long has failed. */
export const REQUEST_MS = 15_000;

/** Filters of the session list; empty strings are not sent. */
export interface SessionQuery {
  readonly outcome: Outcome | '';
  readonly platform: string;
  readonly learner: string;
}

/** What the console asks of the server. Every method throws {@link ApiFailure}. */
export interface Api {
  signIn(accessKey: string): Promise<ConsoleToken>;
  demoAvailable(): Promise<boolean>;
  enterDemo(): Promise<ConsoleToken>;
  sessions(query: SessionQuery, cursor: string | null): Promise<Page<SessionSummary>>;
  session(id: string): Promise<SessionDetail>;
  timeline(id: string): Promise<Timeline>;
  platforms(): Promise<readonly PlatformView[]>;
  bans(): Promise<readonly BanView[]>;
  status(platform: string, on: string): Promise<PlatformStatus>;
}

/** Effects and secrets, given from outside. */
export interface ApiOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The bearer token, null when signed out. */
  readonly token: () => string | null;
  /** Called when the server no longer accepts the token. */
  readonly onExpired: () => void;
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** Lists come as a page or, where they are short by nature, as a plain array. */
function itemsOf<T>(answer: Page<T> | readonly T[]): readonly T[] {
  return 'items' in answer ? answer.items : answer;
}

/** `?a=b&c=d` of the entries that are not empty, or the empty string. */
export function queryString(entries: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(entries))
    if (value !== null && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Builds the client. It holds no state of its own. */
export function createApi(options: ApiOptions): Api {
  async function call<T>(method: 'GET' | 'POST', path: string, bearer: string | null): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (bearer !== null) headers.authorization = `Bearer ${bearer}`;
    let response: Response;
    try {
      response = await options.fetch(path, {
        method,
        headers,
        cache: 'no-store',
        signal: AbortSignal.timeout(REQUEST_MS),
      });
    } catch {
      throw new ApiFailure('network', 0);
    }
    const body = await bodyOf(response);
    if (!response.ok) throw failureOf(response.status, body);
    return body as T;
  }

  async function read<T>(path: string): Promise<T> {
    try {
      return await call<T>('GET', path, options.token());
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) options.onExpired();
      throw error;
    }
  }

  const id = encodeURIComponent;
  return {
    signIn: (accessKey) => call('POST', '/v1/console/tokens', accessKey),
    enterDemo: () => call('POST', '/demo/api/console-token', null),
    demoAvailable: async () => {
      try {
        return (await call<{ demo?: unknown } | null>('GET', '/demo/api/info', null))?.demo === true;
      } catch {
        return false;
      }
    },
    sessions: (query, cursor) =>
      read(`/v1/sessions${queryString({ ...query, limit: String(LIST_ITEMS), cursor })}`),
    session: (session) => read(`/v1/sessions/${id(session)}`),
    timeline: (session) => read(`/v1/sessions/${id(session)}/timeline`),
    platforms: async () => itemsOf(await read<Page<PlatformView> | PlatformView[]>('/v1/platforms')),
    bans: async () => itemsOf(await read<Page<BanView> | BanView[]>('/v1/bans')),
    status: (platform, on) => read(`/v1/platforms/${id(platform)}/status${queryString({ on })}`),
  };
}
