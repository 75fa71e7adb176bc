import { describe, expect, it } from 'vitest';
import { createApi, queryString } from '../../../console/src/api/client.ts';
import { loadToken, saveToken, type TokenStorage } from '../../../console/src/api/credentials.ts';
import { ApiFailure, failureOf } from '../../../console/src/api/failure.ts';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

function apiThatGets(response: () => Response, token: string | null = 'secret-token') {
  const sent: Sent[] = [];
  let expired = 0;
  const api = createApi({
    fetch: async (url, init) => {
      sent.push({ url, init });
      return response();
    },
    token: () => token,
    onExpired: () => {
      expired++;
    },
  });
  return { api, sent, expired: () => expired };
}
const NO_FILTER = { outcome: '', platform: '', learner: '' } as const;
async function failure(request: Promise<unknown>): Promise<ApiFailure> {
  const error = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiFailure)) throw new Error('expected the request to fail with an ApiFailure');
  return error;
}

describe('requests', () => {
  it('carry the token in the header and never in the address', async () => {
    const { api, sent } = apiThatGets(() => Response.json({ items: [], next: null }));
    await api.sessions({ outcome: 'invalid', platform: 'a b', learner: '' }, 'c&1');
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get('authorization')).toBe('Bearer secret-token');
    expect(sent[0]?.url).toBe('/v1/sessions?outcome=invalid&platform=a+b&limit=50&cursor=c%261');
    expect(sent[0]?.url).not.toContain('secret');
  });

  it('carry no header when nobody is signed in', async () => {
    const { api, sent } = apiThatGets(() => Response.json([]), null);
    expect(await api.bans()).toEqual([]);
    expect(new Headers(sent[0]?.init.headers).has('authorization')).toBe(false);
  });

  it('escape what stands in a path', async () => {
    const { api, sent } = apiThatGets(() => Response.json({}));
    await api.timeline('../x?y');
    expect(sent[0]?.url).toBe('/v1/sessions/..%2Fx%3Fy/timeline');
    expect(queryString({ a: null, b: '' })).toBe('');
  });
});

describe('failures', () => {
  it('carry the code of the problem document', async () => {
    const body = {
      type: 'x',
      title: 'x',
      status: 403,
      code: 'platform-banned',
      detail: 'x',
      banEndsOn: '2028-11-21',
    };
    const { api, expired } = apiThatGets(() => Response.json(body, { status: 403 }));
    const error = await failure(api.session('s'));
    expect([error.code, error.status, error.banEndsOn]).toEqual(['platform-banned', 403, '2028-11-21']);
    expect(expired()).toBe(0);
  });

  it('tell when the sign-in has expired, but not for a wrong key', async () => {
    const refused = apiThatGets(() => Response.json({ code: 'unauthorized' }, { status: 401 }));
    await failure(refused.api.sessions(NO_FILTER, null));
    expect(refused.expired()).toBe(1);
    expect((await failure(refused.api.signIn('wrong'))).code).toBe('unauthorized');
    expect(refused.expired()).toBe(1);
  });

  it('stand in for an answer that is no problem document', () => {
    expect([401, 403, 404, 429, 502, 503].map((status) => failureOf(status, '<html>').code)).toEqual([
      'unauthorized',
      'forbidden',
      'not-found',
      'rate-limited',
      'internal',
      'unavailable',
    ]);
  });

  it('are called network when no answer comes', async () => {
    const { api } = apiThatGets(() => {
      throw new TypeError('refused');
    });
    expect((await failure(api.bans())).code).toBe('network');
    expect(await api.demoAvailable()).toBe(false);
  });
});

describe('the kept token', () => {
  const TOKEN = { token: 't', expiresAt: 2_000, role: 'regulator', name: 'n' } as const;
  function storageOf(): TokenStorage {
    const kept = new Map<string, string>();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
  }

  it('survives a reload until it expires', () => {
    const storage = storageOf();
    saveToken(storage, TOKEN);
    expect(loadToken(storage, 1_999)).toEqual(TOKEN);
    expect(loadToken(storage, 2_000)).toBeNull();
    saveToken(storage, null);
    expect(loadToken(storage, 0)).toBeNull();
  });

  it('is ignored when it is not one', () => {
    for (const text of ['{', '[]', '{"token":1,"expiresAt":9}', 'null']) {
      const storage = { ...storageOf(), getItem: () => text };
      expect(loadToken(storage, 0)).toBeNull();
    }
  });
});
