/** Face checks: per core against the tfjs driver and against the bare networks; and what the gateway's event loop feels of them. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { line } from './load.mjs';

const PHOTO = fileURLToPath(
  new URL('../../node_modules/@vladmandic/face-api/demo/sample2.jpg', import.meta.url),
);

const GOAL_CHECKS_PER_S = 60;
const GOAL_FASTER = 5;
const GOAL_CHALLENGE_MS = 170;
const GOAL_LOOP_MS = 20;
const CHALLENGE_FRAMES = 12;
const ROUNDS = 5;
const SATURATED_WORKERS = 2;
const LOOP_RESOLUTION_MS = 1;
const SNAPSHOT = { descriptor: true, eyes: false, sureCount: false, cleaned: false };

/** A webcam frame of one person: 640×480, JPEG at quality 85. */
async function webcamFrame() {
  const cut = { left: 1_280, top: 60, width: 640, height: 480 };
  return await sharp(readFileSync(PHOTO)).extract(cut).jpeg({ quality: 85 }).toBuffer();
}

/** CPU milliseconds per run. @param {number} times @param {() => Promise<unknown>} task */
async function cpuMs(times, task) {
  const from = process.cpuUsage();
  for (let n = 0; n < times; n += 1) await task();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000 / times;
}

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Medians over rounds in which all tasks take their turn, so that a busy machine slows all of them. @param {number} rounds @param {Record<string, [number, () => Promise<unknown>]>} tasks */
async function inTurns(rounds, tasks) {
  /** @type {Record<string, number[]>} */
  const all = {};
  for (const [times, task] of Object.values(tasks)) await cpuMs(Math.min(3, times), task);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, [times, task]] of Object.entries(tasks))
      all[name] = [...(all[name] ?? []), await cpuMs(times, task)];
  }
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, median(values)]));
}

/** The networks of one check on inputs that were prepared before, and the decoding of the frame: what nobody can save. @param {any} nets @param {Buffer} frame */
async function bareLoop(nets, frame) {
  const { decodeImage } = await import('../../server/dist/adapters/face/image.js');
  const square = (/** @type {number} */ side) => new Float32Array(side * side * 3).map((_, i) => i % 251);
  const [tiny, landmarks, descriptor] = [square(320), square(112), square(150)];
  return async () => {
    await decodeImage(frame);
    await nets.tiny(tiny, 320);
    for (let pass = 0; pass < 2; pass += 1) await nets.landmarks(landmarks);
    for (let chip = 0; chip < 2; chip += 1) await nets.descriptor(descriptor);
  };
}

/** @param {any} nets @param {Buffer} frame @param {readonly import('../../server/dist/core/identity/liveness/challenge.js').LivenessAction[]} actions */
async function challengeOf(nets, frame, actions) {
  const { readImage } = await import('../../server/dist/adapters/face/pipeline.js');
  const { frameOptions } = await import('../../server/dist/core/identity/liveness/challenge.js');
  return async () => {
    for (let n = 0; n < CHALLENGE_FRAMES; n += 1) await readImage(nets, frame, frameOptions(n, actions));
  };
}

/** The default driver alone. @param {any} onnx @param {Buffer} frame @param {boolean} quick */
async function* benchOwn(onnx, frame, quick) {
  const { readImage } = await import('../../server/dist/adapters/face/pipeline.js');
  const seen = await readImage(onnx, frame, SNAPSHOT);
  if (seen.status !== 'read' || seen.count !== 1) throw new Error('expected one face in the frame');
  const few = quick ? 1 : 4;
  const {
    full = 0,
    bare = 0,
    plain = 0,
    eyes = 0,
  } = await inTurns(quick ? 1 : ROUNDS * 2, {
    full: [few * 5, () => readImage(onnx, frame, SNAPSHOT)],
    bare: [few * 5, await bareLoop(onnx, frame)],
    plain: [few, await challengeOf(onnx, frame, ['turn-left', 'open-mouth'])],
    eyes: [few, await challengeOf(onnx, frame, ['close-eyes', 'turn-right'])],
  });
  const loop = { bareLoop: 'decoding, detector, landmarks ×2, descriptor ×2', cpuMs: full, goal: 0.8 };
  yield line('face.overhead', 1_000 / full, 'checks/s/core', 1_000 / bare, bare / full, loop);
  // Half of the pairs of actions ask for the eyes.
  const whole = (plain + eyes) / 2;
  const detail = { frames: CHALLENGE_FRAMES, withEyesMs: eyes, withoutEyesMs: plain };
  yield line('face.challenge12', whole, 'ms', GOAL_CHALLENGE_MS, whole / GOAL_CHALLENGE_MS, detail);
}

/** Both drivers, on one core, in turns. @param {Buffer} frame @param {boolean} quick */
async function* benchDrivers(frame, quick) {
  const { readManifest } = await import('../../server/dist/adapters/face/manifest.js');
  const { openNets } = await import('../../server/dist/adapters/face/nets/open-nets.js');
  const { readImage } = await import('../../server/dist/adapters/face/pipeline.js');
  const onnx = await openNets('onnx', readManifest());
  yield* benchOwn(onnx, frame, quick);
  const wasm = await openNets('tfjs-wasm', readManifest());
  const { ours = 0, theirs = 0 } = await inTurns(quick ? 1 : ROUNDS, {
    ours: [quick ? 2 : 30, () => readImage(onnx, frame, SNAPSHOT)],
    theirs: [quick ? 1 : 6, () => readImage(wasm, frame, SNAPSHOT)],
  });
  await onnx.close();
  await wasm.close();
  const detail = { cpuMs: ours, tfjsWasmCpuMs: theirs, goalPerS: GOAL_CHECKS_PER_S, goalRatio: GOAL_FASTER };
  yield line('face.snapshot', 1_000 / ours, 'checks/s/core', 1_000 / theirs, theirs / ours, detail);
}

/** This process plays the gateway: what its event loop feels while the workers never rest. @param {Buffer} frame @param {boolean} quick */
async function* benchLoop(frame, quick) {
  const { openFaceEngine } = await import('../../server/dist/adapters/face/engine.js');
  const engine = await openFaceEngine({ workers: SATURATED_WORKERS });
  const until = performance.now() + (quick ? 500 : 8_000);
  let reads = 0;
  const feed = async () => {
    while (performance.now() < until) {
      const { status } = await engine.read(frame, SNAPSHOT);
      if (status === 'read') reads += 1;
    }
  };
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const from = performance.now();
  delay.enable();
  await Promise.all(Array.from({ length: SATURATED_WORKERS * 4 }, feed));
  delay.disable();
  const tookS = (performance.now() - from) / 1_000;
  await engine.close();
  // The histogram holds whole intervals; what is beyond the wanted one is delay.
  const p99 = Math.max(0, delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
  const detail = {
    workers: SATURATED_WORKERS,
    checksPerS: Math.round(reads / tookS),
    meanMs: Math.round(delay.mean / 1e4) / 100,
    maxMs: Math.round(delay.max / 1e6),
  };
  yield line('face.loopDelayP99', p99, 'ms', GOAL_LOOP_MS, p99 / GOAL_LOOP_MS, detail);
}

/** @param {{ quick: boolean }} options */
export async function* benchFace({ quick }) {
  sharp.cache(false);
  sharp.concurrency(1);
  const frame = await webcamFrame();
  yield* benchDrivers(frame, quick);
  yield* benchLoop(frame, quick);
}
