import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { portrait } from '../support/sample-photos.ts';

const TUNE = fileURLToPath(new URL('../../scripts/tune.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'zhenxue-tune-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Five shots of one person, as far as one photo can give them. */
async function shots(n: number): Promise<void> {
  const photo = await portrait(n);
  const person = join(folder, `person-${n}`);
  mkdirSync(person);
  const changes = [
    sharp(photo),
    sharp(photo).flop(),
    sharp(photo).modulate({ brightness: 0.8 }),
    sharp(photo).rotate(8, { background: '#555555' }),
    sharp(photo).resize(260),
  ];
  for (const [i, change] of changes.entries())
    writeFileSync(join(person, `${i}.jpg`), await change.jpeg().toBuffer());
}

describe('npm run tune', () => {
  it('prints rates with intervals and a threshold, and says what it left out', async () => {
    for (const n of [2, 3, 7, 18]) await shots(n);
    writeFileSync(join(folder, 'person-2', '9.jpg'), 'no photo');
    const { stdout } = await promisify(execFile)(process.execPath, [TUNE, folder]);
    expect(stdout).toMatch(/left out .*person-2\/9\.jpg: unusable-image/);
    expect(stdout).toContain('4 people enrolled; thresholds in force: faces-2026-11-24');
    expect(stdout).toMatch(
      /0\.500 +100\.00 % +\(67\.56 % – 100\.00 %; 8\/8\) +0\.00 % +\(0\.00 % – 13\.80 %; 0\/24\)/,
    );
    expect(stdout).toMatch(/Suggested: matchMax 0\.\d+/);
    expect(stdout).toContain('not even 0 would show a rate below 13.80 %');
  });

  it('says how it is called', async () => {
    const failing = promisify(execFile)(process.execPath, [TUNE, join(folder, 'nowhere')]);
    await expect(failing).rejects.toMatchObject({
      stderr: expect.stringContaining('npm run tune -- <folder>'),
    });
  });
});
