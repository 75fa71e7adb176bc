/** A tiny server that answers the console's requests from plain data and serves a built console. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type {
  BanView,
  ConsoleToken,
  Page,
  PlatformStatus,
  PlatformView,
  Problem,
  SessionSummary,
} from '@zhenxue/protocol';
import { EVENING, type Sitting, sittingOf, storiedSittings } from './console-sittings.ts';

/** The access key that the fixture accepts. */
export const FIXTURE_KEY = 'zx_test_fixture';

/** Older sittings behind the storied ones, so that there is a second page. */
const OLDER_SITTINGS = 60;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The policy that the real server is expected to send with the console. */
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/** The banned platform of the fixture. */
export const FIXTURE_BAN: BanView = {
  id: '019ab5c9-0001-7aaa-8bbb-0c0ffee00001',
  platform: 'skills-cloud',
  platformName: '技能云课堂',
  startsOn: '2026-11-21',
  endsOn: '2028-11-21',
  zone: 'Asia/Shanghai',
  imposedAt: EVENING - 86_400_000,
  inForce: true,
  mode: 'automatic',
  finding: {
    id: 'PF1',
    platform: 'skills-cloud',
    kind: 'popup-suppressed',
    clause: 'zz-2022-2:20(3)',
    violationDate: '2026-11-21',
    foundAt: EVENING - 86_400_000,
    reason: {
      zh: '同一课程、同一 SDK 版本中，两名学员的弹窗均被页面移除，占该时段学习记录的 100%，已排除单个学员所为。',
      en: 'In the same lesson and SDK build the page removed the popups of two learners, 100 % of the sittings in the window: no single learner can have caused it.',
    },
    cites: [
      { session: '019ab5c6-2230-7e0a-b5f2-6c3d8e91a703', finding: 'F2' },
      { session: '019ab5c4-4e20-7b12-8a77-52c19de0b302', finding: 'F1' },
    ],
  },
};

const PLATFORMS: readonly PlatformView[] = [
  { id: 'demo-platform', name: '演示培训平台', listed: true, sessions: 64, invalid: 2, ban: null },
  {
    id: 'skills-cloud',
    name: '技能云课堂',
    listed: true,
    sessions: 412,
    invalid: 38,
    ban: { startsOn: FIXTURE_BAN.startsOn, endsOn: FIXTURE_BAN.endsOn },
  },
  { id: 'old-academy', name: '旧学堂', listed: false, sessions: 0, invalid: 0, ban: null },
];

const TOKEN: ConsoleToken = {
  token: 'fixture-token',
  expiresAt: Date.UTC(2100, 0, 1),
  role: 'regulator',
  name: '演示监管人员',
};

/** A running fixture. */
export interface ConsoleFixture {
  readonly url: string;
  /** From now on the server has these sittings. */
  replace(sittings: readonly Sitting[]): void;
  /** From now on every token counts as expired. */
  expire(): void;
  stop(): Promise<void>;
}

function olderSitting(index: number): Sitting {
  const hex = (0x1000 + index).toString(16);
  return sittingOf({
    session: `019ab000-${hex}-7000-8000-00000000${hex}`,
    learner: `L-${10_000 + index * 37}`,
    lesson: 'lesson-1',
    lessonTitle: '安全用电基础 · 第一课',
    openedAt: EVENING - 7_200_000 - index * 240_000,
    outcome: index % 7 === 0 ? 'incomplete' : 'valid',
    steps: [[64_000, 1]],
    creditedMs: index % 7 === 0 ? 20_000 : 64_000,
    coveragePermille: index % 7 === 0 ? 312 : 1000,
    popups: [],
    photoAt: null,
    findings: [],
  });
}

function problem(status: number, code: string): { status: number; body: Problem } {
  return { status, body: { type: `about:blank#${code}`, title: code, status, code, detail: 'fixture' } };
}

function pageOf(all: readonly SessionSummary[], query: URLSearchParams): Page<SessionSummary> {
  const wanted = all.filter((row) =>
    (['outcome', 'platform', 'learner'] as const).every((name) => {
      const value = query.get(name);
      return value === null || row[name] === value;
    }),
  );
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 20);
  return { items: wanted.slice(from, to), next: to < wanted.length ? String(to) : null };
}

function statusOf(platform: string, on: string): PlatformStatus | null {
  const found = PLATFORMS.find((item) => item.id === platform);
  if (found === undefined) return null;
  const banned = found.ban !== null && found.ban.startsOn <= on && on <= found.ban.endsOn;
  return {
    platform,
    name: found.name,
    on,
    zone: 'Asia/Shanghai',
    listed: found.listed,
    banned,
    ban: found.ban,
  };
}

type Answer = { readonly status: number; readonly body: unknown };

function answerRest(
  url: URL,
  request: IncomingMessage,
  sittings: readonly Sitting[],
  expired: boolean,
): Answer {
  const ok = (body: unknown): Answer => ({ status: 200, body });
  const bearer = request.headers.authorization;
  const path = url.pathname;
  if (path === '/demo/api/info') return ok({ demo: true });
  if (path === '/demo/api/console-token') return ok(TOKEN);
  if (path === '/v1/console/tokens')
    return bearer === `Bearer ${FIXTURE_KEY}` ? ok(TOKEN) : problem(401, 'unauthorized');
  if (path === '/v1/bans') return ok({ items: [FIXTURE_BAN], next: null });
  const status = /^\/v1\/platforms\/([^/]+)\/status$/.exec(path)?.[1];
  if (status !== undefined) {
    const found = statusOf(decodeURIComponent(status), url.searchParams.get('on') ?? '');
    return found === null ? problem(404, 'not-found') : ok(found);
  }
  if (expired || bearer !== `Bearer ${TOKEN.token}`) return problem(401, 'unauthorized');
  if (path === '/v1/platforms') return ok({ items: PLATFORMS, next: null });
  if (path === '/v1/sessions')
    return ok(
      pageOf(
        sittings.map((sitting) => sitting.detail),
        url.searchParams,
      ),
    );
  const match = /^\/v1\/sessions\/([^/]+)(\/timeline)?$/.exec(path);
  const found = sittings.find((sitting) => sitting.detail.session === match?.[1]);
  if (found === undefined) return problem(404, 'session-unknown');
  return ok(match?.[2] === undefined ? found.detail : found.timeline);
}

async function serveFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const wanted = normalize(path.replace(/^\/console\/?/, ''));
  const file = extname(wanted) === '' || wanted.startsWith('..') ? 'index.html' : wanted;
  const bytes = await readFile(join(dist, file));
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  response.end(bytes);
}

/**
 * Starts the fixture on a free port.
 * @param dist folder of a built console.
 * @param sittings newest first; default: the storied ones and sixty older ones. `[]` shows the empty state.
 */
export async function startConsoleFixture(
  dist: string,
  sittings?: readonly Sitting[],
): Promise<ConsoleFixture> {
  const told = storiedSittings();
  let shown = sittings ?? [
    ...[told.live, told.hidden, told.fast, told.honest, told.undecided],
    ...Array.from({ length: OLDER_SITTINGS }, (_, index) => olderSitting(index)),
  ];
  let expired = false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (url.pathname.startsWith('/console')) {
      serveFile(dist, url.pathname, response).catch(() => response.writeHead(404).end());
      return;
    }
    const { status, body } = answerRest(url, request, shown, expired);
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    replace: (next) => {
      shown = next;
    },
    expire: () => {
      expired = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
