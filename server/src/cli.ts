#!/usr/bin/env node
/** Runs a server with the settings of the environment until SIGTERM or SIGINT, or one of the operator's commands. */
import { type Config, ConfigError, readConfig } from './config/config.ts';
import { openOffice, type RunningServer, startServer } from './main.ts';
import { type Command, readCommand, USAGE, UsageError } from './operator.ts';
import { RETENTION_USAGE, readRetention } from './retention-command.ts';
import { explainFailure } from './start-failure.ts';
import { readUpkeep, UPKEEP_USAGE } from './upkeep.ts';

/** Exit codes: 1 = a fault while starting or running, 2 = a setting or a command that cannot be used. */
const EXIT_FAULT = 1;
const EXIT_CONFIG = 2;

/** Milliseconds for a graceful stop; then the process ends anyway, and the store recovers at the next start. */
const STOP_MAX_MS = 10_000;

function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UsageError)) throw error;
    const more = error.message === USAGE ? `\n${UPKEEP_USAGE}\n${RETENTION_USAGE}` : '';
    process.stderr.write(`${error.message}${more}\n`);
    process.exit(EXIT_CONFIG);
  }
}

async function runCommand(config: Config, command: Command): Promise<void> {
  const office = await openOffice(config);
  try {
    process.stdout.write(`${await command(office)}\n`);
  } finally {
    await office.close();
  }
}

function stopOnSignals(server: RunningServer): void {
  const stop = () => {
    setTimeout(() => process.exit(EXIT_FAULT), STOP_MAX_MS).unref();
    server.stop().then(
      () => process.exit(0),
      () => process.exit(EXIT_FAULT),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Says what happened and what to do about it, whatever the log's level, and ends the process. */
function endWith(error: unknown): void {
  process.stderr.write(`${explainFailure(error, process.env.ZHENXUE_DATA_DIR || './data')}\n`);
  process.exit(EXIT_FAULT);
}

async function run(): Promise<void> {
  const args = process.argv.slice(2);
  const upkeep = orExit(() => readRetention(args) ?? readUpkeep(args));
  const command = upkeep === null ? orExit(() => readCommand(args)) : null;
  const config = orExit(() => readConfig(process.env));
  if (upkeep !== null) {
    const { text, exitCode } = await upkeep(config);
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
    return;
  }
  if (command !== null) return runCommand(config, command);
  // A store that failed once acknowledges nothing any more: ending lets a supervisor restart into recovery.
  const server = await startServer({ config, onFatal: endWith });
  stopOnSignals(server);
  process.stdout.write(`${server.url}\n`);
}

run().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) return endWith(error);
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_CONFIG);
});
