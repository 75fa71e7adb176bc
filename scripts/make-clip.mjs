/**
 * Makes the demo lesson's video, `server/demo/clip.webm`: 64 s of moving picture with a running clock and soft sound.
 * The result is committed, so only somebody who wants another clip runs this. Needs ffmpeg with libvpx-vp9 and libopus
 * (Debian: `apt-get install ffmpeg fonts-noto-cjk`).
 *
 * Why sound: browsers throttle video without sound in background tabs, and the demo shows what happens there.
 * Why a keyframe every second: a seek lands where it was aimed at.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CLIP = join(ROOT, 'server', 'demo', 'clip.webm');
const SECONDS = 64;
const FPS = 20;
const WIDTH = 960;
const HEIGHT = 540;
const CLIP_BYTES_MAX = 1_500_000;

/** The running clock: minutes, seconds, tenths. */
const CLOCK =
  '%{eif\\:floor(t/60)\\:d\\:2}\\:%{eif\\:mod(floor(t)\\,60)\\:d\\:2}.%{eif\\:mod(floor(t*10)\\,10)\\:d}';

/** Text at a place; `size` in pixels. @param {string} text @param {number} size @param {string} y @param {string} colour */
function write(text, size, y, colour) {
  return `drawtext=font='Noto Sans CJK SC':text='${text}':fontsize=${size}:fontcolor=${colour}:x=(w-text_w)/2:y=${y}`;
}

const PICTURE = [
  `gradients=s=${WIDTH}x${HEIGHT}:r=${FPS}:d=${SECONDS}:c0=0x0b2545:c1=0x13507a:c2=0x0f766e:n=3:speed=0.012:seed=7[sky]`,
  // A disc that swings from side to side, and a bar that fills: both move in every frame.
  `color=c=0xf4d35e:s=56x56:r=${FPS}:d=${SECONDS},format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lte(hypot(X-28,Y-28),27),230,0)'[disc]`,
  `color=c=0xf4d35e:s=${WIDTH}x10:r=${FPS}:d=${SECONDS}[bar]`,
  `[sky][disc]overlay=x='(W-w)/2+(W/2-90)*sin(t*0.8)':y='H-120+24*sin(t*2.3)'[a]`,
  `[a][bar]overlay=x='-W+W*t/${SECONDS}':y=H-10[b]`,
  `[b]${write('职业技能线上培训 · 演示课', 34, '54', '0xdbe7f3')},${write('Vocational training online · demo lesson', 20, '108', '0x9fb6cc')},` +
    `drawtext=font='DejaVu Sans Mono':text='${CLOCK}':fontsize=132:fontcolor=white:x=(w-text_w)/2:y=190[v]`,
].join(';');

/** Two soft alternating notes with a slow swell. */
const SOUND = `aevalsrc=exprs='0.05*(0.6+0.4*sin(2*PI*t/4))*sin(2*PI*t*if(lt(mod(t,4),2),220,277.18))':s=48000:d=${SECONDS}`;

const args = [
  '-y',
  '-hide_banner',
  '-loglevel',
  'error',
  '-filter_complex',
  PICTURE,
  '-f',
  'lavfi',
  '-i',
  SOUND,
];
args.push('-map', '[v]', '-map', '0:a', '-t', String(SECONDS), '-pix_fmt', 'yuv420p');
args.push(
  '-c:v',
  'libvpx-vp9',
  '-b:v',
  '140k',
  '-crf',
  '40',
  '-g',
  String(FPS),
  '-deadline',
  'good',
  '-cpu-used',
  '2',
);
args.push(
  '-row-mt',
  '1',
  '-c:a',
  'libopus',
  '-b:a',
  '20k',
  '-ac',
  '1',
  '-fflags',
  '+bitexact',
  '-map_metadata',
  '-1',
);
args.push('-cues_to_front', '1', CLIP);

const run = spawnSync('ffmpeg', args, { stdio: 'inherit' });
if (run.error !== undefined || run.status !== 0) {
  console.error('make-clip: ffmpeg failed or is missing (Debian: apt-get install ffmpeg fonts-noto-cjk)');
  process.exit(1);
}
const { size } = statSync(CLIP);
console.log(`${CLIP}: ${size} bytes`);
if (size > CLIP_BYTES_MAX) {
  console.error(`make-clip: expected at most ${CLIP_BYTES_MAX} bytes`);
  process.exit(1);
}
