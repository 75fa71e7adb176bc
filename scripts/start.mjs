/**
 * `npm start`: installs and builds what is missing, starts the server in this process, shows what it does with two scripted
 * learners, and serves until Ctrl-C. When nothing has to be built, the addresses appear at once.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { claimDataFolder } from './steps/data-folder.mjs';
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { firstFreePort } from './steps/free-port.mjs';
import { PlainError, ROOT, runMain } from './steps/project.mjs';

const DEFAULT_PORT = 7070;
const DEFAULT_HOST = '127.0.0.1';

const HELP = `npm start -- [options]        Start Zhenxue · 启动真学

  --no-demo      a bare server: no demo platform, no scripted learners · 不运行演示
  --port N       first port to try (default ${DEFAULT_PORT}) · 端口
  --data DIR     where everything is kept (default ./data) · 数据目录
  --help         this text · 帮助

Further settings are environment variables named ZHENXUE_…; see the README.`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'no-demo': { type: 'boolean', default: false },
        port: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new PlainError(
      error instanceof Error ? error.message : 'unknown option',
      'npm start -- --help lists the options',
    );
  }
}

/** @param {string | undefined} text */
function readPort(text) {
  const port = Number(text ?? DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new PlainError('--port must be a whole number from 0 to 65535', 'npm start -- --port 8080');
}

/** @param {{ demo: boolean, host: string, port: number, data: string }} wishes @returns {Record<string, string | undefined>} */
function serverEnv({ demo, host, port, data }) {
  /** @type {Record<string, string | undefined>} */
  const env = {
    ZHENXUE_LOG_LEVEL: 'warn',
    ...process.env,
    ZHENXUE_HOST: host,
    ZHENXUE_PORT: String(port),
    ZHENXUE_DATA_DIR: data,
  };
  return demo ? { ZHENXUE_PACK: 'demo', ...env, ZHENXUE_DEMO: '1' } : env;
}

/**
 * @template T
 * @param {(env: Record<string, string | undefined>) => T} readConfig @param {Record<string, string | undefined>} env
 */
function readSettings(readConfig, env) {
  try {
    return readConfig(env);
  } catch (error) {
    throw new PlainError(
      error instanceof Error ? error.message : 'a setting cannot be used',
      'correct or unset that variable',
    );
  }
}

/** The storage failed: nothing is acknowledged any more, and a restart recovers what was. @param {Error} error */
function onFatal(error) {
  console.error(
    `\n✗ the storage failed: ${error.message}\n  → check the disk, then run npm start again; nothing acknowledged is lost`,
  );
  process.exit(1);
}

/** @param {string} base @param {boolean} demo */
function printAddresses(base, demo) {
  console.log('\nZhenxue 真学 is running · 已启动\n');
  if (demo) console.log(`  Demo lesson  演示课堂   ${base}/demo/`);
  console.log(`  Console      监管台     ${base}/console/`);
  console.log(`  REST API     接口描述   ${base}/v1/openapi.json\n`);
}

/** Stops once, gracefully, at the first signal; a second one ends the process at once. @param {() => Promise<void>} stop */
function onSignals(stop) {
  let stopping = false;
  const handler = () => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log('\nStopping … 正在停止');
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', handler);
  process.on('SIGTERM', handler);
}

await runMain(async () => {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const demo = !options['no-demo'];
  const wishedPort = readPort(options.port ?? process.env.ZHENXUE_PORT);
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  const wishedData = resolve(ROOT, options.data ?? process.env.ZHENXUE_DATA_DIR ?? 'data');
  const { folder, release } = claimDataFolder(wishedData, console.log);
  const host = process.env.ZHENXUE_HOST ?? DEFAULT_HOST;
  const port = await firstFreePort(host, wishedPort);
  if (port !== wishedPort && wishedPort !== 0)
    console.log(`Port ${wishedPort} is taken; using ${port}. 端口被占用，改用 ${port}。`);
  const [{ startServer }, { readConfig }] = await Promise.all([
    import('../server/dist/main.js'),
    import('../server/dist/config/config.js'),
  ]);
  const config = readSettings(readConfig, serverEnv({ demo, host, port, data: folder }));
  const server = await startServer({ config, onFatal });
  printAddresses(server.url, demo);
  const show = new AbortController();
  onSignals(async () => {
    show.abort();
    await server.stop();
    release();
  });
  if (demo) await runDemo(server.url, show.signal);
  if (!show.signal.aborted) console.log('\nServing until Ctrl-C · 按 Ctrl-C 停止');
  return undefined;
});

/** @param {string} base @param {AbortSignal} signal */
async function runDemo(base, signal) {
  console.log(
    'Two scripted learners now take the lesson, which lasts about a minute. 两名脚本学员开始上课，约需一分钟。',
  );
  try {
    const { runShow } = await import('./demo/show.mjs');
    await runShow({ base, say: console.log, signal });
  } catch (error) {
    // The server is fine without the show: say what went wrong and go on serving.
    console.error(
      `The scripted learners stopped: ${error instanceof Error ? error.message : 'unknown reason'}`,
    );
  }
}
