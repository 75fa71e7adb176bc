/** Weights of the tfjs formats: one binary file beside a JSON list of names, shapes and quantisations. */

/** One tensor, float32, in the layout of its file. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Looks a tensor up by name. @throws Error when there is none. */
export type Weights = (name: string) => Weight;

interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale: number; readonly min: number };
}

const BYTES: Readonly<Record<string, number>> = { uint8: 1, uint16: 2, float32: 4, int32: 4 };

function decode(spec: Spec, bytes: Uint8Array, at: number, count: number): Float32Array {
  const { quantization } = spec;
  if (quantization !== undefined && quantization.dtype !== 'uint8') {
    throw new Error(`${spec.name}: expected uint8 quantisation, got ${quantization.dtype}`);
  }
  if (quantization !== undefined) {
    const { scale, min } = quantization;
    const data = new Float32Array(count);
    // A plain loop: `Float32Array.from` takes ten times as long, and this runs over eleven million weights.
    for (let i = 0; i < count; i += 1) data[i] = (bytes[at + i] as number) * scale + min;
    return data;
  }
  // Copied, not sliced: a Buffer's slice is a view, and views need not be aligned.
  const copy = Uint8Array.from(bytes.subarray(at, at + count * 4)).buffer;
  return spec.dtype === 'int32' ? Float32Array.from(new Int32Array(copy)) : new Float32Array(copy);
}

/**
 * Reads all tensors.
 * @param specs the `weights` list of the first group of a tfjs weights manifest.
 * @throws Error when the binary file is shorter than the list says.
 */
export function readWeights(specs: readonly Spec[], bytes: Uint8Array): Weights {
  const all = new Map<string, Weight>();
  let at = 0;
  for (const spec of specs) {
    const count = spec.shape.reduce((product, side) => product * side, 1);
    const size = count * (BYTES[spec.quantization?.dtype ?? spec.dtype] ?? 4);
    if (at + size > bytes.length) throw new Error(`${spec.name}: expected ${size} bytes at ${at}`);
    all.set(spec.name, { shape: spec.shape, data: decode(spec, bytes, at, count) });
    at += size;
  }
  return (name) => {
    const weight = all.get(name);
    if (weight === undefined) throw new Error(`expected a tensor named ${name}`);
    return weight;
  };
}

/** The list of tensors in a parsed weights manifest or graph model. */
export function specsOf(document: unknown): readonly Spec[] {
  const group = Array.isArray(document)
    ? document[0]
    : (document as { weightsManifest?: unknown[] }).weightsManifest?.[0];
  return (group as { weights: readonly Spec[] }).weights;
}
