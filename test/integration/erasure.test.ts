/** After a withdrawal nothing can be decrypted from a copy of the data folder, keys included. */
import { createDecipheriv } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pretendFaces } from '../support/pretend-faces.ts';
import { AGREED, enrolLearner } from './support/faces.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const WRAPPED_BYTES = IV_BYTES + KEY_BYTES + TAG_BYTES;

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({ faces: pretendFaces() });
});

afterEach(async () => {
  await server.destroy();
});

/** Every file of the data folder: database with its log, keys, photos. */
function copyOf(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return new Map(
    files
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

function open(key: Uint8Array, context: string, sealed: Uint8Array): Buffer | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const body = sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}

/** Data keys that can be unwrapped from any place of any file, for the folders that were there before. */
function keysIn(copy: Map<string, Buffer>, folders: readonly string[]): Buffer[] {
  const kek = copy.get('keys/kek.bin');
  if (kek === undefined) throw new Error('expected the key-encryption key in the copy');
  const found: Buffer[] = [];
  for (const bytes of copy.values()) {
    for (let at = 0; at + WRAPPED_BYTES <= bytes.length; at += 1) {
      const part = bytes.subarray(at, at + WRAPPED_BYTES);
      for (const folder of folders) {
        const key = open(kek, `zhenxue/data-key/1/${folder}`, part);
        if (key !== null) found.push(key);
      }
    }
  }
  return found;
}

const foldersIn = (copy: Map<string, Buffer>): string[] => [
  ...new Set([...copy.keys()].flatMap((name) => /^photos\/([0-9a-f]{64})\//.exec(name)?.[1] ?? [])),
];

describe('erasure', () => {
  it('given a withdrawal, then no data key can be unwrapped from anywhere, and no ciphertext opened', async () => {
    await enrolLearner(server, 'learner-1', { person: 7 });
    const before = copyOf(server.dir);
    const path = '/v1/learners/learner-1/courses/course-a';
    const body = { ...AGREED, scopes: [] };
    expect((await server.call('PUT', `${path}/consent`, { key: server.platformKey, body })).status).toBe(204);
    const after = copyOf(server.dir);
    const rows = await server.call('GET', `${path}/export`, { key: server.platformKey });
    expect(rows.body).toMatchObject({ photos: [], enrolments: [{ status: 'erased' }] });
    const folders = foldersIn(before);
    expect(folders).toHaveLength(1);
    const sealed = [...before].filter(([name]) => name.startsWith('photos/') && name.endsWith('.bin'));
    expect(sealed.length).toBeGreaterThanOrEqual(7);
    // The search finds the key while it is there: it is not blind.
    const oldKeys = keysIn(before, folders);
    expect(oldKeys).toHaveLength(1);
    expect(keysIn(after, folders)).toEqual([]);
    expect([...after.keys()].filter((name) => name.startsWith('photos/'))).toEqual([]);
    for (const key of oldKeys) for (const bytes of after.values()) expect(bytes.includes(key)).toBe(false);
    // Nothing of template or photos lies anywhere in clear, either.
    for (const bytes of after.values()) expect(bytes.includes('"mean":[')).toBe(false);
  });

  it('given the withdrawal of comparison alone, then template and traces go and photos stay', async () => {
    await enrolLearner(server, 'learner-1', {});
    const path = '/v1/learners/learner-1/courses/course-a';
    const body = { ...AGREED, scopes: ['camera', 'evidence-photo'] };
    await server.call('PUT', `${path}/consent`, { key: server.platformKey, body });
    const names = [...copyOf(server.dir).keys()].filter(
      (name) => name.startsWith('photos/') && name.endsWith('.bin'),
    );
    expect(names.some((name) => name.includes('template.') || name.includes('trace.'))).toBe(false);
    expect(names.filter((name) => name.includes('enrol.'))).toHaveLength(3);
  });

  it('given a learner who asks, then decisions, photos and decryptions are handed out, and this one is written down, too', async () => {
    await enrolLearner(server, 'learner-1', {});
    const path = '/v1/learners/learner-1/courses/course-a/export';
    const { body } = await server.call('GET', path, { key: server.platformKey });
    expect(body).toMatchObject({ complete: true, consents: [{ notice: 'camera-1' }] });
    expect(body.photos).toHaveLength(3);
    const accesses = body.accesses as readonly { who: string; why: string }[];
    expect(accesses.filter(({ who, why }) => who === 'a' && why === 'export')).toHaveLength(3);
    expect(accesses.filter(({ who, why }) => who === 'system' && why === 'enrolment')).toHaveLength(3);
    expect((await server.call('GET', path, { key: server.regulatorKey })).status).toBe(403);
  });

  it('given stored faces, then a regulator sees their number and what would be filed', async () => {
    await enrolLearner(server, 'learner-1', {});
    const { body } = await server.call('GET', '/v1/face-subjects', { key: server.regulatorKey });
    expect(body).toMatchObject({ subjects: 1, level: 'below', notices: [{ version: 'camera-1' }] });
  });
});
