import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../server/src/adapters/clock.ts';
import { accessKey } from '../../../server/src/adapters/keys/access-keys.ts';
import { openKeyRing } from '../../../server/src/adapters/keys/key-ring.ts';
import { createTokens } from '../../../server/src/adapters/keys/tokens.ts';
import { createPhotoVault } from '../../../server/src/adapters/photos/photo-vault.ts';
import { hashText } from '../../../server/src/app/hash.ts';
import type { AccessRow } from '../../../server/src/app/identity-ports.ts';
import { createFakeTime, START_AT } from '../../integration/support/time.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zhenxue-keys-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const ring = () => openKeyRing(dir, randomBytes, uuidV7);

describe('the key ring', () => {
  it('given a first and a second start, then the keys are the same and only the owner may read them', async () => {
    const first = ring();
    const second = ring();
    expect(Buffer.from(second.kek).equals(Buffer.from(first.kek))).toBe(true);
    expect(second.derive('a')).toEqual(first.derive('a'));
    expect(second.derive('a')).not.toEqual(first.derive('b'));
    expect((await readdir(join(dir, 'keys'))).sort()).toEqual(['kek.bin', 'signing.pem']);
    for (const name of ['kek.bin', 'signing.pem']) {
      expect((await stat(join(dir, 'keys', name))).mode & 0o077).toBe(0);
    }
  });

  it('given a damaged key file, then the start fails instead of making a new key', async () => {
    ring();
    await writeFile(join(dir, 'keys', 'kek.bin'), 'short');
    expect(ring).toThrow('expected 32 bytes');
  });

  it('given an access key, then it says its mode and holds all of the secret', () => {
    expect(accessKey('live', new Uint8Array(32))).toMatch(/^zx_live_A{43}$/);
    expect(() => accessKey('test', new Uint8Array(16))).toThrow('expected 32 bytes');
  });
});

describe('tokens', () => {
  const claims = { kind: 'ticket', session: 's1', jti: 'j1', expiresAt: START_AT + 1_500 } as const;

  it('given a ticket, then it is good until its last millisecond and expired after', () => {
    const time = createFakeTime();
    const tokens = createTokens(ring().signing, time.clock);
    const token = tokens.issue(claims);
    expect(tokens.check(token)).toEqual({ ok: true, claims });
    time.advance(1_499);
    expect(tokens.check(token).ok).toBe(true);
    time.advance(1);
    expect(tokens.check(token)).toEqual({ ok: false, code: 'ticket-expired' });
  });

  it('given a token of another kind, another key or no token, then it is invalid', () => {
    const { clock } = createFakeTime();
    const tokens = createTokens(ring().signing, clock);
    const expiresAt = START_AT + 1_000;
    const login = tokens.issueConsole({ role: 'regulator', platform: null, name: 'n', expiresAt });
    expect(tokens.checkConsole(login)).toEqual({ role: 'regulator', platform: null, name: 'n', expiresAt });
    const foreign = createTokens(openKeyRing(join(dir, 'other'), randomBytes, uuidV7).signing, clock);
    for (const token of [login, foreign.issue(claims), '', 'a.b.c', 'x'.repeat(100)]) {
      expect(tokens.check(token)).toEqual({ ok: false, code: 'ticket-invalid' });
    }
    expect(tokens.checkConsole(tokens.issue(claims))).toBeNull();
  });
});

describe('the photo vault', () => {
  const owner = { platform: 'p', learner: 'l', course: 'c' };
  const photo = { ...owner, session: uuidV7(), id: 'f1' };
  const bytes = Buffer.from('a face that must not be read');
  const options = (written: AccessRow[] = []) => ({
    ...{ folder: join(dir, 'photos'), kek: ring().kek, randomBytes, newId: uuidV7 },
    clock: { now: () => 7 },
    audit: async (row: AccessRow) => void written.push(row),
  });
  const access = { who: 'a regulator', why: 'review', caseRef: 'case-1' } as const;
  const open = (of: typeof photo, written: AccessRow[] = []) =>
    createPhotoVault(options(written)).open(of, `${of.session}.${of.id}`, access);

  it('given a photo, then only ciphertext is on disk, its hash comes back, and it can be opened again', async () => {
    const hash = await createPhotoVault(options()).put({ ...photo, bytes });
    const files = (await readdir(dir, { recursive: true })).filter(
      (name) => name.endsWith('.bin') && !name.includes('kek'),
    );
    expect(files.length).toBe(1);
    const stored = await readFile(join(dir, files[0] ?? ''));
    expect(hashText(stored)).toBe(hash);
    expect(stored.includes(bytes)).toBe(false);
    const written: AccessRow[] = [];
    expect(Buffer.from((await open(photo, written)) ?? []).equals(bytes)).toBe(true);
    const object = `${photo.session}.f1`;
    expect(written).toEqual([{ ...access, id: expect.any(String), at: 7, subject: owner, object }]);
  });

  it('given the same photo twice, then the ciphertexts differ and one is kept', async () => {
    const vault = createPhotoVault(options());
    const hashes = await Promise.all([
      vault.put({ ...photo, bytes }),
      vault.put({ ...photo, id: 'f2', bytes }),
    ]);
    expect(new Set(hashes).size).toBe(2);
    expect(await vault.put({ ...photo, bytes })).not.toBe(hashes[0]);
    const names = (await readdir(options().folder, { recursive: true })).filter((name) =>
      name.endsWith('.bin'),
    );
    expect(names.length).toBe(2);
  });

  it("given another sitting's file under this name, a changed byte, or another learner, then it does not open", async () => {
    const vault = createPhotoVault(options());
    await vault.put({ ...photo, bytes });
    await vault.put({ ...photo, id: 'f2', bytes });
    const [folder] = await readdir(options().folder);
    const path = (id: string) => join(options().folder, folder ?? '', `${photo.session}.${id}.bin`);
    await writeFile(path('f1'), await readFile(path('f2')));
    await expect(open(photo)).rejects.toThrow();
    const changed = await readFile(path('f2'));
    changed[20] = (changed[20] ?? 0) ^ 1;
    await writeFile(path('f2'), changed);
    await expect(open({ ...photo, id: 'f2' })).rejects.toThrow();
    expect(await open({ ...photo, learner: 'x' })).toBeNull();
  });

  it('given a decryption that cannot be written down, then nothing is decrypted', async () => {
    await createPhotoVault(options()).put({ ...photo, bytes });
    const mute = { ...options(), audit: () => Promise.reject(new Error('the log is full')) };
    await expect(createPhotoVault(mute).open(photo, `${photo.session}.f1`, access)).rejects.toThrow('full');
  });

  it('given a new key-encryption key, then what the old one wrapped opens once more and is wrapped anew', async () => {
    await createPhotoVault(options()).put({ ...photo, bytes });
    const kek = randomBytes(32);
    const rotated = { ...options(), kek, retiredKeks: [options().kek] };
    const name = `${photo.session}.f1`;
    expect(await createPhotoVault(rotated).open(photo, name, access)).toEqual(bytes);
    expect(await createPhotoVault({ ...options(), kek }).open(photo, name, access)).toEqual(bytes);
    await expect(createPhotoVault(options()).open(photo, name, access)).rejects.toThrow();
  });

  it.each(['../x', 'a/b', '', '.', 'a.b'])('given the id "%s", then it never names a path', async (id) => {
    await expect(createPhotoVault(options()).put({ ...photo, id, bytes })).rejects.toThrow('expected ids');
  });
});
