/** A small real store for tests that damage it: sittings under way, ended and with a photo, a platform with its ban data. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClient, JPEG, openEvent, playing } from '../integration/support/client.ts';
import { startTestServer } from '../integration/support/server.ts';

/** Seconds of lesson that the learner with a photo watches at most. */
const WATCH_S = 59;

/** A data folder with stored sittings. */
export interface StoredFolder {
  readonly folder: string;
  remove(): void;
}

async function watchUntilPhoto(server: Awaited<ReturnType<typeof startTestServer>>): Promise<void> {
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

async function cheatFast(server: Awaited<ReturnType<typeof startTestServer>>): Promise<void> {
  const client = await connectClient(server.url, (await server.ticket('learner-fast', 'lesson-2')).ticket);
  await client.send([openEvent()]);
  for (let second = 1; second <= 14; second += 1) {
    server.time.advance(1_000);
    await client.send([playing(second * 1_000, second * 4_000)]);
  }
  client.close();
}

/** Fills a folder through the real server and stops it. */
export async function storedFolder(): Promise<StoredFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'zhenxue-stored-'));
  const server = await startTestServer({ dir });
  try {
    await watchUntilPhoto(server);
    await cheatFast(server);
  } finally {
    await server.stop();
  }
  return { folder: dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
