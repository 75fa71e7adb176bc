/** Takes the photos of one sitting off the disk. The learner's data key stays: other sittings' photos need it. */
import { createHash } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhotoDisposal } from '../../app/ports.ts';

const END = '.bin';

type Owner = Parameters<PhotoDisposal['remove']>[0];

function folderOf(photos: string, { platform, learner, course }: Owner): string {
  const owner = JSON.stringify([platform, learner, course]);
  return join(photos, createHash('sha256').update(owner).digest('hex'));
}

/** File names of a sitting's photos, sorted; none when there is no such folder. */
async function filesOf(folder: string, session: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.startsWith(`${session}.`) && name.endsWith(END)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** @param photos folder of all photos, as the vault lays it out. */
export function createPhotoDisposal(photos: string): PhotoDisposal {
  return {
    async hashes(owner) {
      const folder = folderOf(photos, owner);
      const hashes: (readonly [string, string])[] = [];
      for (const name of await filesOf(folder, owner.session)) {
        const id = name.slice(owner.session.length + 1, -END.length);
        const bytes = await readFile(join(folder, name));
        hashes.push([id, createHash('sha256').update(bytes).digest('base64url')]);
      }
      return hashes;
    },
    async remove(owner) {
      const folder = folderOf(photos, owner);
      const names = await filesOf(folder, owner.session);
      if (names.length === 0) return;
      for (const name of names) await rm(join(folder, name), { force: true });
      const handle = await open(folder, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}
