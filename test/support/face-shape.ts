/** A face of 68 points with depth, that can be turned, tilted as a flat photo, and made to open its mouth. Units: eye distances. */
import type { FaceReading, FaceSeen, Point } from '../../server/src/core/identity/reading.ts';

/** Points 17–67 of dlib's mean face, x then y, in a unit square. */
const INNER_X = [
  0.000213, 0.075262, 0.18113, 0.29077, 0.393397, 0.586856, 0.689483, 0.799124, 0.904991, 0.98004, 0.490127,
  0.490127, 0.490127, 0.490127, 0.36688, 0.426036, 0.490127, 0.554217, 0.613373, 0.121737, 0.187122, 0.265825,
  0.334606, 0.260918, 0.182743, 0.645647, 0.714428, 0.793132, 0.858516, 0.79751, 0.719335, 0.254149, 0.340985,
  0.428858, 0.490127, 0.551395, 0.639268, 0.726104, 0.642159, 0.556721, 0.490127, 0.423532, 0.338094,
  0.290379, 0.428096, 0.490127, 0.552157, 0.689874, 0.553364, 0.490127, 0.42689,
];
const INNER_Y = [
  0.106454, 0.038915, 0.018748, 0.034489, 0.077391, 0.077391, 0.034489, 0.018748, 0.038915, 0.106454,
  0.203352, 0.307009, 0.409805, 0.515625, 0.587326, 0.609345, 0.628106, 0.609345, 0.587326, 0.216423,
  0.178758, 0.179852, 0.231733, 0.245099, 0.244077, 0.231733, 0.179852, 0.178758, 0.216423, 0.244077,
  0.245099, 0.780233, 0.745405, 0.727388, 0.742578, 0.727388, 0.745405, 0.780233, 0.864805, 0.902192,
  0.909281, 0.902192, 0.864805, 0.784792, 0.778746, 0.785343, 0.778746, 0.784792, 0.824182, 0.831803,
  0.824182,
];
const EYE_DISTANCE = 0.52927;
const LOWER_LIP = new Set([55, 56, 57, 58, 59, 65, 66, 67]);

interface Solid extends Point {
  readonly z: number;
}

/** An egg with a nose. */
function depthAt(x: number, y: number): number {
  const egg = 1 - (x / 1.45) ** 2 - ((y - 0.3) / 2) ** 2;
  const nose = Math.max(0, 1 - (Math.abs(x) / 0.3) ** 2) * Math.max(0, 1 - Math.abs(y - 0.55) / 0.6);
  return 0.95 * Math.sqrt(Math.max(0, egg)) + 0.35 * nose;
}

function solidFace(): Solid[] {
  const jaw = Array.from({ length: 17 }, (_, i) => {
    const angle = Math.PI * (1 - i / 16);
    return { x: 1.2 * Math.cos(angle), y: 0.05 + 1.55 * Math.sin(angle) };
  });
  const inner = INNER_X.map((x, i) => ({
    x: (x - 0.490127) / EYE_DISTANCE,
    y: ((INNER_Y[i] ?? 0) - 0.21599) / EYE_DISTANCE,
  }));
  return [...jaw, ...inner].map(({ x, y }) => ({ x, y, z: depthAt(x, y) }));
}

/** How a face is held. */
export interface Pose {
  /** Degrees to the learner's own left. */
  readonly turn?: number;
  /** Lips apart, eye distances. */
  readonly mouth?: number;
  /** Degrees by which a flat photo of the face is tilted about its vertical axis. */
  readonly photoTilt?: number;
  readonly rollDegrees?: number;
  /** px of the eye distance, and the middle between the eyes. */
  readonly scale?: number;
  readonly x?: number;
  readonly y?: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Distance of the camera, eye distances: an arm's length. */
const CAMERA = 9;

/** 68 points in px as a camera sees them. */
export function landmarksOf(pose: Pose = {}): Point[] {
  const { turn = 0, mouth = 0, photoTilt = 0, rollDegrees = 0, scale = 80, x: x0 = 320, y: y0 = 200 } = pose;
  const project = ({ x, y, z }: Solid): Solid => {
    const near = CAMERA / (CAMERA - z);
    return { x: x * near, y: y * near, z: 0 };
  };
  const about = ({ x, y, z }: Solid, degrees: number): Solid => {
    const [cos, sin] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
    return { x: x * cos + z * sin, y, z: z * cos - x * sin };
  };
  return solidFace()
    .map((point, i) => (LOWER_LIP.has(i) ? { ...point, y: point.y + mouth } : point))
    .map((point) => project(about(point, turn)))
    .map((point) => (photoTilt === 0 ? point : project(about(point, photoTilt))))
    .map(({ x, y }) => {
      const [cos, sin] = [Math.cos(radians(rollDegrees)), Math.sin(radians(rollDegrees))];
      return { x: x0 + scale * (x * cos - y * sin), y: y0 + scale * (x * sin + y * cos) };
    });
}

/** A descriptor of norm 1.45: person `n`, moved by `noise` towards a direction of its own. */
export function descriptorOf(n: number, noise = 0, direction = 0): number[] {
  const values = new Array<number>(128).fill(0);
  values[n] = 1.45;
  values[64 + direction] = noise;
  return values;
}

/** A good reading, of person 0 unless told otherwise. */
export function readingOf(
  face: Partial<FaceSeen> = {},
  image: { count?: number; brightness?: number; hash?: string } = {},
): FaceReading {
  return {
    status: 'read',
    widthPx: 640,
    heightPx: 480,
    brightness: image.brightness ?? 120,
    hash: image.hash ?? '0123456789abcdef',
    count: image.count ?? 1,
    face: {
      score: 0.9,
      sizePx: 200,
      landmarks: landmarksOf(),
      brightness: 120,
      burntShare: 0,
      sharpness: 100,
      descriptor: descriptorOf(0),
      eyes: [0.35, 0.35],
      ...face,
    },
    cleaned: null,
  };
}
