/** `npm start` as a child process, for tests: its lines, and a way to wait for one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../scripts/steps/project.mjs';

/** A running `npm start`. */
export interface StartCommand {
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the match once the output has one; rejects when the process ends before. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

function waitFor(child: ChildProcess, output: () => string, pattern: RegExp): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const match = output().match(pattern);
      if (match === null) return;
      child.stdout?.off('data', look);
      resolve(match);
    };
    child.stdout?.on('data', look);
    child.once('exit', () => reject(new Error(`npm start ended before ${pattern}:\n${output()}`)));
    look();
  });
}

/** Starts `scripts/start.mjs`, which is what `npm start` runs. */
export function runStart(args: readonly string[]): StartCommand {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), ...args], { cwd: ROOT });
  let text = '';
  const output = (): string => text;
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    text += String(chunk);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    output,
    until: (pattern) => waitFor(child, output, pattern),
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}
