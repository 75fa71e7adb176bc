/** What a driver gives the shared pipeline: five networks, each from raw RGB pixels (NHWC, 0–255) to its raw output. */

/** Boxes of the SSD: `[top, left, bottom, right]` as shares of the padded square, and a score for each. */
export interface SsdOutput {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
}

/** The networks of one driver. Pixels are `side × side × 3`. */
export interface FaceNets {
  /** `onnx`, `tfjs-wasm` or `tfjs-node`. */
  readonly name: string;
  /** Side is any multiple of 32. Gives `cells × cells × 25`. */
  tiny(pixels: Float32Array, side: number): Promise<Float32Array>;
  /** Side 512. */
  ssd(pixels: Float32Array): Promise<SsdOutput>;
  /** Side 112. Gives 68 x, y as shares of the square. */
  landmarks(pixels: Float32Array): Promise<Float32Array>;
  /** Side 150. Gives 128 numbers. */
  descriptor(pixels: Float32Array): Promise<Float32Array>;
  /** Side 64. Gives 76 x, y, z in pixels of the square. */
  iris(pixels: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Sides of the inputs, px. */
export const NET_SIDES = {
  tiny: 320,
  tinyFine: 416,
  ssd: 512,
  landmarks: 112,
  descriptor: 150,
  iris: 64,
} as const;
