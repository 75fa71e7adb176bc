/** The ways to make a server die, by mode. What this machine cannot do is named with its reason. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready } from './server.mjs';

/** Milliseconds of load before the fault, at least and at most. */
const LOAD_MIN_MS = 40;
const LOAD_MAX_MS = 1_500;
/** Changes that a power loss lets through after its moment has come. */
const CHANGES_MAX = 40;
/** First sync that fails, at least and at most: some fail in the start, most under load. */
const SYNC_MIN = 12;
const SYNC_MAX = 160;
/** File descriptors that a starved server has left, at most: too few for every learner. */
const FDS_MAX = 10;
/** Bytes of a disk that is about to be full, beyond what is on it. */
const ROOM_BYTES = 400_000;
/** Size of the disk otherwise: memory is taken only for what is on it. 200 cycles of a fast machine fill some 700 MiB. */
const DISK_BYTES = 4_096 * 1_048_576;
/** Milliseconds in which a server with a failing disk must have ended itself. */
const END_MAX_MS = 10_000;

const NO_PRLIMIT = 'EMFILE: prlimit is missing (Debian: apt-get install util-linux)';

/**
 * @typedef {{ mode: string, root: string, data: string, pick: (low: number, high: number) => number, missing: Set<string>, tmpfs: boolean, shim: string, unharmed: number }} World
 * @typedef {{ fault: import('./server.mjs').Fault, timed: boolean, strike: (server: import('./server.mjs').Running) => Promise<string | null> }} Plan
 *   `timed`: a start that counts as a restart; `strike` resolves with a problem or null when the process is gone
 */

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {string} command @param {readonly string[]} args */
function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Compiles the shim. @param {string} root @param {Set<string>} missing */
function compileShim(root, missing) {
  const shim = join(root, 'power-loss.so');
  const source = join(import.meta.dirname, 'power-loss.c');
  if (works('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, source, '-ldl', '-lpthread'])) return shim;
  missing.add(
    'powerloss: gcc is missing or could not compile the shim (Debian: apt-get install gcc libc6-dev)',
  );
  return '';
}

/**
 * @param {string} mode @param {string} root empty folder @param {World['pick']} pick
 * @returns {World} */
export function createWorld(mode, root, pick) {
  const data = join(root, 'data');
  mkdirSync(data, { mode: 0o700 });
  mkdirSync(join(root, 'attic'));
  const missing = new Set();
  const shim = mode === 'powerloss' ? compileShim(root, missing) : '';
  let tmpfs = false;
  if (mode === 'ioerror') {
    tmpfs = works('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES},mode=700`, 'tmpfs', data]);
    if (!tmpfs) missing.add('ENOSPC: a small disk cannot be mounted (needs root)');
    if (!works('strace', ['-e', 'inject=fsync:error=EIO:when=9+', 'true']))
      missing.add('EIO: strace is missing or may not trace (Debian: apt-get install strace)');
  }
  if (mode === 'ioerror' && !works('prlimit', ['--version'])) missing.add(NO_PRLIMIT);
  return { mode, root, data, pick, missing, tmpfs, shim, unharmed: 0 };
}

/** @param {World} world */
export function removeWorld({ data, root, tmpfs }) {
  if (tmpfs) spawnSync('umount', ['-l', data]);
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * A server whose store fails must end itself. One that never met the fault (a full disk with enough room inside of the files)
 * still says that it is ready and what it acknowledges is verified afterwards: it is killed and counted as unharmed.
 * @param {World} world @param {import('./server.mjs').Running} server @param {number} ms
 */
async function endsItself(world, server, ms) {
  const ended = await Promise.race([server.exited, pause(ms).then(() => 'late')]);
  if (ended === 'late') {
    const works = await ready(server.url);
    server.kill();
    await server.exited;
    if (!works) return 'the server went on with a store that failed';
    world.unharmed += 1;
    return null;
  }
  return ended === 0 ? 'the server ended with exit code 0 although its store failed' : null;
}

/** @param {World} world @returns {Plan} */
function killed({ pick }) {
  return {
    fault: {},
    timed: true,
    async strike(server) {
      await pause(pick(LOAD_MIN_MS, LOAD_MAX_MS));
      server.kill();
      await server.exited;
      return null;
    },
  };
}

/** @param {World} world @returns {Plan} */
function powerLost({ root, data, pick, shim }) {
  const trigger = join(root, 'trigger');
  const attic = join(root, 'attic');
  rmSync(trigger, { force: true });
  rmSync(attic, { recursive: true, force: true });
  mkdirSync(attic);
  const env = {
    LD_PRELOAD: shim,
    ZX_FAULT_ROOT: data,
    ZX_FAULT_TRIGGER: trigger,
    ZX_FAULT_ATTIC: attic,
  };
  return {
    fault: { env },
    timed: true,
    async strike(server) {
      await pause(pick(LOAD_MIN_MS, LOAD_MAX_MS));
      writeFileSync(`${trigger}.new`, `${pick(0, CHANGES_MAX)} ${pick(1, 2 ** 31)}`);
      spawnSync('mv', [`${trigger}.new`, trigger]);
      const ended = await Promise.race([server.exited, pause(END_MAX_MS).then(() => 'late')]);
      if (ended !== 'late') return null;
      server.kill();
      await server.exited;
      return 'the power loss did not come: nothing was written any more';
    },
  };
}

/** A sync fails, and so do all after it. @param {World} world @returns {Plan} */
function brokenDisk(world) {
  const { pick } = world;
  const inject = `inject=fsync,fdatasync:error=EIO:when=${pick(SYNC_MIN, SYNC_MAX)}+`;
  const options = [
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-e',
    'trace=fsync,fdatasync',
    '-e',
    'signal=none',
    '-e',
    inject,
  ];
  return {
    fault: { prefix: ['strace', ...options, '-o', '/dev/null'] },
    timed: false,
    strike: (server) => endsItself(world, server, END_MAX_MS),
  };
}

/** @param {string} data @param {number} bytes */
function resize(data, bytes) {
  spawnSync('mount', ['-o', `remount,size=${bytes}`, data]);
}

/** @param {World} world @returns {Plan} */
function fullDisk(world) {
  const { data } = world;
  return {
    fault: {},
    timed: true,
    async strike(server) {
      const { blocks, bfree, bsize } = statfsSync(data);
      resize(data, (blocks - bfree) * bsize + ROOM_BYTES);
      const problem = await endsItself(world, server, END_MAX_MS);
      resize(data, DISK_BYTES);
      return problem;
    },
  };
}

/** Too few descriptors for the connections and the photos that come. @param {World} world @returns {Plan} */
function starved(world) {
  const plan = killed(world);
  return {
    ...plan,
    async strike(server) {
      const open = readdirSync(`/proc/${server.pid}/fd`).length;
      const limit = open + world.pick(0, FDS_MAX);
      const limited = works('prlimit', ['--pid', `${server.pid}`, `--nofile=${limit}:${limit}`]);
      return (await plan.strike(server)) ?? (limited ? null : 'the descriptors could not be limited');
    },
  };
}

/** What happens in one cycle. @param {World} world @param {number} cycle @returns {Plan | null} null when it cannot be had */
export function planOf(world, cycle) {
  if (world.mode === 'kill') return killed(world);
  if (world.mode === 'powerloss') return world.shim === '' ? null : powerLost(world);
  const kinds = [
    [...world.missing].some((reason) => reason.startsWith('EIO')) ? null : brokenDisk,
    world.tmpfs ? fullDisk : null,
    world.missing.has(NO_PRLIMIT) ? null : starved,
  ].filter((kind) => kind !== null);
  return kinds[cycle % kinds.length]?.(world) ?? null;
}
