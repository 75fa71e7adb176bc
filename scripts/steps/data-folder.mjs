/**
 * One server per data folder: two would decide about the same sittings. The folder is claimed with a file that holds the
 * process id; a claim of a process that is gone counts for nothing.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from './project.mjs';

const CLAIM = '.in-use-by';
/** How many folders beside the wished one are tried. */
const TRIES_MAX = 20;

/** @param {string} path @returns {number | null} process id of a living claimant */
function livingClaimant(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // EPERM: there is such a process, of another user. Everything else: no claim, or nobody behind it.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? -1 : null;
  }
}

/**
 * Claims the wished folder, or a free one beside it when another server works there.
 * @param {string} wished absolute path @param {(line: string) => void} say
 * @returns {{ folder: string, release: () => void }}
 */
export function claimDataFolder(wished, say) {
  for (let n = 1; n <= TRIES_MAX; n += 1) {
    const folder = n === 1 ? wished : `${wished}-${n}`;
    const claim = join(folder, CLAIM);
    if (livingClaimant(claim) !== null) continue;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(claim, String(process.pid), { mode: 0o600 });
    } catch (error) {
      const code = /** @type {NodeJS.ErrnoException} */ (error).code;
      throw new PlainError(
        `the data folder ${folder} cannot be written (${code})`,
        'choose another with npm start -- --data DIR',
      );
    }
    if (folder !== wished)
      say(`${wished} is in use by another server; using ${folder}. 数据目录被占用，改用 ${folder}。`);
    return { folder, release: () => rmSync(claim, { force: true }) };
  }
  throw new PlainError(`${wished} and its neighbours are in use by other servers`, 'stop one of them');
}
