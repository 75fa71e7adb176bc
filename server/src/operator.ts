/** What an operator does at the command line: registering platforms and making access keys. */
import { parseArgs } from 'node:util';
import type { Scope } from './app/ports.ts';
import type { RunningServer } from './main.ts';

/** A command that cannot be run; the message says what was expected. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** How to call the program. */
export const USAGE: string = `Usage:
  cli.js                                          serve, with the settings of the environment (ZHENXUE_…)
  cli.js add-platform <id> <name> [--unlisted]    register a platform, or change it
  cli.js add-key --platform <id> [--test]         print a new access key of a platform
  cli.js add-key --regulator <name>               print a new access key of a regulator`;

const PLATFORM_SCOPES: readonly Scope[] = ['tickets', 'courses', 'sessions:read'];

/** The part of a server that the commands need. */
export type Office = Pick<RunningServer, 'putPlatform' | 'createKey'>;

/** A command, ready to run. @returns the line to print. */
export type Command = (office: Office) => Promise<string>;

function addPlatform(args: readonly string[]): Command {
  const options = { unlisted: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [id, name] = positionals;
  if (id === undefined || name === undefined || positionals.length > 2) throw new UsageError(USAGE);
  return async (office) => {
    await office.putPlatform({ id, name, listed: !values.unlisted });
    return `${id}: ${values.unlisted ? 'not listed' : 'listed'}`;
  };
}

function addKey(args: readonly string[]): Command {
  const options = {
    platform: { type: 'string' },
    regulator: { type: 'string' },
    test: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const { platform, regulator, test } = values;
  if ((platform === undefined) === (regulator === undefined)) throw new UsageError(USAGE);
  const mode = test ? 'test' : 'live';
  return (office) =>
    regulator === undefined
      ? office.createKey({ label: platform ?? '', platform: platform ?? '', scopes: PLATFORM_SCOPES, mode })
      : office.createKey({ label: regulator, platform: null, scopes: ['regulator'], mode });
}

/** Reads a command line. @returns null when the program is to serve. @throws UsageError */
export function readCommand(args: readonly string[]): Command | null {
  const [name, ...rest] = args;
  try {
    if (name === undefined) return null;
    if (name === 'add-platform') return addPlatform(rest);
    if (name === 'add-key') return addKey(rest);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(USAGE, { cause: error });
  }
  throw new UsageError(USAGE);
}
