import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly version: number;
  readonly models: readonly {
    readonly id: string;
    readonly package: string;
    readonly packageVersion: string;
    readonly licence: string;
    readonly files: readonly { readonly file: string; readonly sha256: string; readonly bytes: number }[];
  }[];
}

const manifest = JSON.parse(
  readFileSync(new URL('../../models/manifest.json', import.meta.url), 'utf8'),
) as Manifest;

describe('the manifest of models', () => {
  it('pins every file by package version, size and SHA-256', () => {
    expect(manifest.version).toBe(1);
    for (const model of manifest.models) {
      expect(model.packageVersion).toMatch(/^\d+\.\d+\.\d+$/);
      expect(model.licence).toBe('MIT');
      for (const file of model.files) {
        expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(file.bytes).toBeGreaterThan(0);
        expect(file.file).not.toMatch(/^\/|\.\./);
      }
    }
  });

  it('names no model and no file twice', () => {
    const ids = manifest.models.map((model) => model.id);
    const files = manifest.models.flatMap((model) =>
      model.files.map((file) => `${model.package}/${file.file}`),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(files).size).toBe(files.length);
    expect(ids).toContain('face-recognition');
  });
});
