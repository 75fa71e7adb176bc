/** A small real store for tests that damage it: sittings under way, ended and packed, and with a photo, a platform with its ban data. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClient, JPEG, openEvent, playing } from '../integration/support/client.ts';
import { startTestServer } from '../integration/support/server.ts';

/** Seconds of lesson that the learner with a photo watches at most. */
const WATCH_S = 59;

type Server = Awaited<ReturnType<typeof startTestServer>>;

/** Looks at the metrics before something counts as not coming. */
const LOOKS_MAX = 500;

/** A data folder with stored sittings. */
export interface StoredFolder {
  readonly folder: string;
  remove(): void;
}

async function watchUntilPhoto(server: Server): Promise<void> {
  const client = await connectClient(server.url, (await server.ticket('learner-photo')).ticket);
  const asked = client.directive('photo');
  let wanted = false;
  void asked.then(() => {
    wanted = true;
  });
  await client.send([openEvent()]);
  for (let second = 1; second <= WATCH_S && !wanted; second += 1) {
    server.time.advance(1_000);
    await client.send([playing(second * 1_000)]);
    for (const directive of client.directives.splice(0)) {
      if (directive.kind !== 'popup') continue;
      const { id, challenge } = directive;
      const at = playing(second * 1_000);
      const a = challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
      await client.send([
        { ...at, e: 'popup.shown', id },
        { ...at, e: 'popup.answer', id, a },
      ]);
    }
  }
  const ack = await client.photo((await asked).id, JPEG);
  if (!ack.ok) throw new Error(`expected the photo to be stored, got ${ack.code}`);
  client.close();
}

async function cheatFast(server: Server): Promise<void> {
  const client = await connectClient(server.url, (await server.ticket('learner-fast', 'lesson-2')).ticket);
  await client.send([openEvent()]);
  for (let second = 1; second <= 14; second += 1) {
    server.time.advance(1_000);
    await client.send([playing(second * 1_000, second * 4_000)]);
  }
  client.close();
}

/** Milliseconds after which a sitting that was left has ended, and after which ended ones are packed. */
const LEFT_MS = 3_600_000;
const ARCHIVER_MS = 31_000;

async function leaveForGood(server: Server): Promise<void> {
  const client = await connectClient(server.url, (await server.ticket('learner-left')).ticket);
  await client.send([openEvent()]);
  for (let second = 1; second <= 9; second += 1) {
    server.time.advance(1_000);
    await client.send([playing(second * 1_000, second * 3_000)]);
  }
  client.close();
  await shows(server, 'zhenxue_connections 0\n', 0);
  server.time.advance(LEFT_MS);
  await shows(server, 'zhenxue_sitting_archived_total 1\n', ARCHIVER_MS);
}

/** Waits until the metrics show a line; before each look time goes on by `stepMs`. */
async function shows(server: Server, line: string, stepMs: number): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    server.time.advance(stepMs);
    if ((await (await fetch(`${server.url}/metrics`)).text()).includes(line)) return;
  }
  throw new Error(`expected the metrics to show ${line}`);
}

/** Fills a folder through the real server and stops it. The first sitting is packed, the others are not. */
export async function storedFolder(): Promise<StoredFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'zhenxue-stored-'));
  const server = await startTestServer({ dir, env: { ZHENXUE_ARCHIVE_AFTER_MINUTES: '1' } });
  try {
    await leaveForGood(server);
    await watchUntilPhoto(server);
    await cheatFast(server);
  } finally {
    await server.stop();
  }
  return { folder: dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
