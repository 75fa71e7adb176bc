import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FaceEngineOptions, openFaceEngine } from '../../server/src/adapters/face/engine.ts';
import { ModelError } from '../../server/src/adapters/face/manifest.ts';
import type { FaceEngine, FaceReadOptions } from '../../server/src/app/ports.ts';
import { compareWithTemplate, enrol } from '../../server/src/core/identity/compare.ts';
import { FACE_THRESHOLDS } from '../../server/src/core/identity/thresholds.ts';
import { animatedWebp, hugeJpeg, hugePng, mutated } from '../support/hostile-images.ts';
import { samplePhoto, webcamFrame } from '../support/sample-photos.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const WORKER = path('../../server/dist/adapters/face/worker.js');
const ROUGH = path('../support/rough-worker.mjs');
const WANTED: FaceReadOptions = { descriptor: true, eyes: true, sureCount: false, cleaned: true };

describe('the engine in its workers', () => {
  let engine: FaceEngine;
  beforeAll(async () => {
    engine = await openFaceEngine({ workers: 1, workerFile: WORKER, queuedPerWorkerMax: 3 });
  });
  afterAll(() => engine.close());

  it('enrols a person from three photos and tells them from others', async () => {
    const frames = await Promise.all([
      webcamFrame(),
      webcamFrame((frame) => frame.rotate(6, { background: '#505050' })),
      webcamFrame((frame) => frame.modulate({ brightness: 0.8 })),
    ]);
    const readings = await Promise.all(frames.map((frame) => engine.read(frame, WANTED)));
    const enrolment = enrol(readings, engine.name, FACE_THRESHOLDS);
    if (!enrolment.ok) throw new Error(enrolment.problem);
    const compare = async (bytes: Uint8Array) =>
      compareWithTemplate(await engine.read(bytes, WANTED), engine.name, enrolment.template, FACE_THRESHOLDS);
    const again = await webcamFrame((frame) => frame.flop().blur(1));
    expect(await compare(again)).toMatchObject({ answer: 'match' });
    expect(await compare(samplePhoto(4))).toMatchObject({ answer: 'cannot-tell', reason: 'several-faces' });
    const dark = await webcamFrame((frame) => frame.modulate({ brightness: 0.08 }));
    expect(await compare(dark)).toMatchObject({ answer: 'cannot-tell', reason: 'too-dark' });
  });

  it('answers "later" when it is full, and takes the same bytes afterwards', async () => {
    const frame = await webcamFrame();
    const answers = await Promise.all(Array.from({ length: 9 }, () => engine.read(frame, WANTED)));
    expect(answers.filter(({ status }) => status === 'read')).toHaveLength(4);
    expect(
      answers.filter((answer) => answer.status === 'later' && answer.reason === 'queue-full'),
    ).toHaveLength(5);
    expect(await engine.read(frame, WANTED)).toMatchObject({ status: 'read', count: 1 });
  });

  it('stays well when it is fed hostile images', async () => {
    const frame = await webcamFrame();
    const hostile = [new Uint8Array(0), hugePng(30_000), await hugeJpeg(30_000), await animatedWebp()];
    for (let n = 0; n < 40; n += 1) hostile.push(mutated(frame, n));
    const before = process.memoryUsage().rss;
    for (const bytes of hostile)
      expect(['read', 'refused']).toContain((await engine.read(bytes, WANTED)).status);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1_048_576);
    expect(await engine.read(frame, WANTED)).toMatchObject({ status: 'read', count: 1 });
  });
});

describe('a worker that comes to grief', () => {
  let engine: FaceEngine | null = null;
  const open = async (options: FaceEngineOptions = {}) => {
    engine = await openFaceEngine({ workers: 1, workerFile: ROUGH, readMsMax: 5_000, ...options });
    return engine;
  };
  afterEach(async () => {
    await engine?.close();
  });
  const read = (bytes: readonly number[]) => engine?.read(Uint8Array.from(bytes), WANTED);

  it('is ended when it does not come back, and replaced', async () => {
    await open({ readMsMax: 1_000 });
    expect(await read([1])).toMatchObject({ status: 'later', reason: 'too-slow' });
    expect(await read([0])).toMatchObject({ status: 'refused' });
  });

  it('is replaced when it runs out of memory', async () => {
    await open({ readMsMax: 30_000 });
    expect(await read([2])).toMatchObject({ status: 'later', reason: 'worker-lost' });
    expect(await read([0])).toMatchObject({ status: 'refused' });
  });

  it('is replaced when it exits', async () => {
    await open();
    expect(await read([3])).toMatchObject({ status: 'later', reason: 'worker-lost' });
    expect(await read([0])).toMatchObject({ status: 'refused' });
  });

  it('is replaced when native code aborts', async () => {
    await open();
    expect(await read([6])).toMatchObject({ status: 'later', reason: 'worker-lost' });
    expect(await read([0])).toMatchObject({ status: 'refused' });
  });

  it('is replaced after a read that left it too large', async () => {
    const pidOf = async () => ((await read([5])) as { pid?: number } | undefined)?.pid;
    await open({ rssMbMax: 1 });
    const [first, second] = [await pidOf(), await pidOf()];
    expect(first).toBeTypeOf('number');
    expect(second).toBeTypeOf('number');
    expect(second).not.toBe(first);
    await engine?.close();
    await open();
    expect(await pidOf()).toBe(await pidOf());
  });

  it('costs those who wait behind it no time of their own', async () => {
    await open({ readMsMax: 1_000 });
    const answers = await Promise.all([read([1]), read([1]), read([0])]);
    expect(answers).toMatchObject([
      { status: 'later', reason: 'too-slow' },
      { status: 'later', reason: 'too-slow' },
      { status: 'refused' },
    ]);
  });

  it('tells a fault of ours as one', async () => {
    await open();
    await expect(read([4])).rejects.toThrow('a fault of ours');
  });

  it('answers "later" once it is closed, also to what was waiting', async () => {
    const closing = await open();
    const waiting = closing.read(Uint8Array.of(1), WANTED);
    await closing.close();
    expect(await waiting).toMatchObject({ status: 'later', reason: 'closed' });
    expect(await read([0])).toMatchObject({ status: 'later', reason: 'closed' });
  });
});

describe('an engine that is interrupted in the middle of its networks', () => {
  /** Interruptions at different points of a read, ms after it began. */
  const MOMENTS_MS = [1, 20, 40, 60, 90, 120, 160, 200];

  it.each(['too-slow', 'closed'])(
    'answers "later" (%s) every time, and this process lives',
    { timeout: 180_000 },
    async (reason) => {
      const photo = samplePhoto(4);
      const wanted: FaceReadOptions = { ...WANTED, sureCount: true };
      const seen = new Set<string>();
      for (const ms of MOMENTS_MS) {
        const limits = reason === 'closed' ? { closeMsMax: ms } : { readMsMax: ms };
        const engine = await openFaceEngine({ workers: 2, workerFile: WORKER, ...limits });
        const reads = Array.from({ length: 4 }, () => engine.read(photo, wanted));
        if (reason === 'too-slow') await Promise.all(reads);
        await engine.close();
        for (const answer of await Promise.all(reads))
          seen.add(answer.status === 'later' ? answer.reason : answer.status);
      }
      expect(seen).toContain(reason);
      expect([...seen].filter((one) => one !== reason && one !== 'read')).toEqual([]);
    },
  );

  it('lets running reads finish when it closes, and answers what waits', async () => {
    const engine = await openFaceEngine({ workers: 1, workerFile: WORKER, closeMsMax: 30_000 });
    const frame = await webcamFrame();
    const [running, waiting] = [engine.read(frame, WANTED), engine.read(frame, WANTED)];
    await engine.close();
    expect(await running).toMatchObject({ status: 'read', count: 1 });
    expect(await waiting).toMatchObject({ status: 'later', reason: 'closed' });
  });
});

describe('an engine whose models are not the pinned ones', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-models-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const withChange = (file: string, change: (text: string) => string): string => {
    cpSync(path('../../models'), folder, { recursive: true });
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
    return folder;
  };

  it('does not start: file and remedy are named', async () => {
    const modelsFolder = withChange('manifest.json', (text) =>
      text.replace('"sha256": "b413e4', '"sha256": "000000'),
    );
    const opening = openFaceEngine({ workers: 1, workerFile: WORKER, modelsFolder });
    await expect(opening).rejects.toThrow(ModelError);
    await expect(opening).rejects.toMatchObject({
      code: 'model-changed',
      file: '@vladmandic/face-api/model/face_recognition_model.bin',
      message: expect.stringContaining('npm ci'),
    });
  });

  it('does not start when a network computes other numbers than recorded', async () => {
    const modelsFolder = withChange('golden.json', (text) =>
      text.replace(/("landmarks": \{\s*"norm": )[\d.]+/, '$11'),
    );
    const opening = openFaceEngine({ workers: 1, workerFile: WORKER, modelsFolder });
    await expect(opening).rejects.toMatchObject({
      code: 'model-unfit',
      message: expect.stringContaining('landmarks'),
    });
  });
});
