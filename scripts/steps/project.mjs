/** Where the project lies, and how its scripts start other programs and fail in plain words. Needs nothing installed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The project's root folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** Lines of a failed quiet program that are worth showing. */
const TAIL_LINES_MAX = 60;

/** A failure that the user can do something about: what happened, and the remedy. */
export class PlainError extends Error {
  /** @param {string} what happened @param {string} remedy what to do about it */
  constructor(what, remedy) {
    super(what);
    this.remedy = remedy;
  }
}

/**
 * Runs a program to its end.
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, quiet?: boolean }} [options] `quiet`: output is only kept
 * @returns {Promise<{ code: number, output: string }>} exit code (127: could not be started) and, when quiet, the output
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.quiet === true ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    /** @type {string[]} */
    const parts = [];
    child.stdout?.on('data', (chunk) => parts.push(String(chunk)));
    child.stderr?.on('data', (chunk) => parts.push(String(chunk)));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: parts.join('') }));
  });
}

/** The last lines of a program's output. @param {string} output */
export function tail(output) {
  return output.trimEnd().split('\n').slice(-TAIL_LINES_MAX).join('\n');
}

/** A stretch of time for people. @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Runs a script's main function: a {@link PlainError} is told in two lines, anything else with its stack.
 * @param {() => Promise<number | undefined>} main resolves to the exit code; undefined leaves the process running
 */
export async function runMain(main) {
  try {
    const code = await main();
    if (code !== undefined) process.exit(code);
  } catch (error) {
    if (error instanceof PlainError) console.error(`\n✗ ${error.message}\n  → ${error.remedy}`);
    else console.error(error);
    process.exit(1);
  }
}
