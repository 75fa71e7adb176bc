/** Connects and asserts what durability rests on (design §3): every write waits for a majority and for the journal. */
import mongoose, { type Connection } from 'mongoose';
import { createModels, type Models } from './documents.ts';

/** What every write waits for, whatever the address says. */
const WRITE_CONCERN = { w: 'majority', j: true } as const;

/** Milliseconds to look for a server that can be written to. */
const SELECT_MS = 10_000;

/** Milliseconds without an answer after which a socket counts as dead: an append then fails, it never hangs. */
const SOCKET_MS = 30_000;

/** Connections of one process. */
const POOL_MAX = 20;

/** Form of the documents; a program refuses a newer one. */
const SCHEMA_VERSION = 1;

/** An open database. */
export interface Database {
  readonly connection: Connection;
  readonly models: Models;
}

/** Throws unless writes really wait for a majority and for the journal. @throws Error naming what was expected. */
export function assertWriteConcern(
  concern: { readonly w?: unknown; readonly journal?: unknown } | undefined,
): void {
  if (concern?.w !== 'majority' || concern.journal !== true) {
    throw new Error(
      `MongoDB: expected write concern majority with journal, got w ${String(concern?.w)}, journal ${String(concern?.journal)}`,
    );
  }
}

async function connect(uri: string, selectMs: number): Promise<Connection> {
  const options = {
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    maxPoolSize: POOL_MAX,
    serverSelectionTimeoutMS: selectMs,
    socketTimeoutMS: SOCKET_MS,
    promoteBuffers: true,
    writeConcern: WRITE_CONCERN,
    readPreference: 'primary',
  } as const;
  try {
    return await mongoose.createConnection(uri, options).asPromise();
  } catch (error) {
    // Neither message nor cause: they may repeat parts of the address, and that holds a password.
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new Error(`ZHENXUE_MONGODB_URI: expected the address of a MongoDB that answers (${name})`);
  }
}

/** Waits for a first real write, then checks that this program knows the form of the documents. */
async function checkFirstWrite({ meta }: Models): Promise<void> {
  const filter = { _id: 'schema' };
  const insert = { $setOnInsert: { version: SCHEMA_VERSION } };
  const { acknowledged } = await meta.updateOne(filter, insert, { upsert: true });
  if (!acknowledged) throw new Error('MongoDB: expected acknowledged writes');
  const version = (await meta.findById('schema').lean())?.version ?? 0;
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `MongoDB: expected schema version ${SCHEMA_VERSION} or older, got ${version}; start the newer program that wrote it`,
    );
  }
}

/**
 * Connects, checks settings and makes the indexes.
 * @throws Error when there is no server, it was written by a newer program, or durability cannot be had. Never holds the address.
 */
export async function openDatabase(uri: string, selectMs: number = SELECT_MS): Promise<Database> {
  const connection = await connect(uri, selectMs);
  try {
    assertWriteConcern(connection.getClient().options.writeConcern);
    const models = createModels(connection);
    for (const model of Object.values(models) as Models[keyof Models][]) await model.createIndexes();
    await checkFirstWrite(models);
    return { connection, models };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
