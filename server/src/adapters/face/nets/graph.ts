/** Builds ONNX graphs layer by layer from tfjs weights: layouts are turned (HWIO → OIHW), names are given. */
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-file.ts';
import type { Weight } from './weights.ts';

/** Padding of a convolution: as TensorFlow's `same`, none, or so many pixels on every side. */
export type Padding = 'same' | 'valid' | number;

/** A convolution's kernel and bias, ready to be written. */
export interface Kernel {
  readonly weight: Weight;
  readonly bias: Float32Array | null;
}

type Attributes = OnnxNode['attributes'];

function padAttributes(padding: Padding): Attributes {
  if (padding === 'same') return { auto_pad: 'SAME_UPPER' };
  if (padding === 'valid') return {};
  return { pads: [padding, padding, padding, padding] };
}

/** Turns a kernel from HWIO (or HWC1 when depthwise) into ONNX's order. */
function turned({ shape, data }: Weight, depthwise: boolean): { dims: number[]; data: Float32Array } {
  const [height = 0, width = 0, third = 0, fourth = 0] = shape;
  const [outs, ins] = depthwise ? [third, fourth] : [fourth, third];
  const result = new Float32Array(data.length);
  const area = height * width;
  for (let cell = 0; cell < area; cell += 1) {
    for (let i = 0; i < ins; i += 1) {
      for (let o = 0; o < outs; o += 1) {
        const from = depthwise ? (cell * outs + o) * ins + i : (cell * ins + i) * outs + o;
        result[(o * ins + i) * area + cell] = data[from] ?? Number.NaN;
      }
    }
  }
  return { dims: [outs, ins, height, width], data: result };
}

/** A graph under construction. Methods take and give names of values. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #tensors: OnnxTensor[] = [];

  #name(): string {
    return `v${this.#nodes.length}_${this.#tensors.length}`;
  }

  /** Any operator. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#name();
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  floats(data: Float32Array, dims: readonly number[]): string {
    const name = `t${this.#tensors.length}`;
    this.#tensors.push({ name, dims, floats: data });
    return name;
  }

  ints(ints: readonly number[]): string {
    const name = `t${this.#tensors.length}`;
    this.#tensors.push({ name, dims: [ints.length], ints });
    return name;
  }

  conv(x: string, { weight, bias }: Kernel, stride: number, padding: Padding): string {
    return this.#convolve(x, weight, bias, stride, padding, false);
  }

  depthwise(x: string, { weight, bias }: Kernel, stride: number, padding: Padding): string {
    return this.#convolve(x, weight, bias, stride, padding, true);
  }

  #convolve(
    x: string,
    weight: Weight,
    bias: Float32Array | null,
    stride: number,
    padding: Padding,
    depthwise: boolean,
  ): string {
    const { dims, data } = turned(weight, depthwise);
    const inputs = [x, this.floats(data, dims)];
    if (bias !== null) inputs.push(this.floats(bias, [bias.length]));
    const group: Attributes = depthwise ? { group: dims[0] ?? 1 } : {};
    return this.op('Conv', inputs, { strides: [stride, stride], ...padAttributes(padding), ...group });
  }

  relu(x: string): string {
    return this.op('Relu', [x]);
  }

  add(a: string, b: string): string {
    return this.op('Add', [a, b]);
  }

  pool(op: 'MaxPool' | 'AveragePool', x: string, side: number, stride: number, padding: Padding): string {
    const attributes = { kernel_shape: [side, side], strides: [stride, stride], ...padAttributes(padding) };
    return this.op(op, [x], attributes);
  }

  /** Zeros at the end of the channel, row and column axes. */
  pad(x: string, channels: number, rows: number, columns: number): string {
    return this.op('Pad', [x, this.ints([0, 0, 0, 0, 0, channels, rows, columns])], { mode: 'constant' });
  }

  /** Raw pixels (NHWC, 0–255) → `(x − mean) × scale`, NCHW. */
  pixels(x: string, mean: readonly [number, number, number], scale: number): string {
    const shifted = this.op('Sub', [x, this.floats(Float32Array.from(mean), [1, 1, 1, 3])]);
    const scaled = this.op('Mul', [shifted, this.floats(Float32Array.of(scale), [1])]);
    return this.op('Transpose', [scaled], { perm: [0, 3, 1, 2] });
  }

  /** NCHW → NHWC, then any new shape. */
  rows(x: string, shape: readonly number[]): string {
    const last = this.op('Transpose', [x], { perm: [0, 2, 3, 1] });
    return this.op('Reshape', [last, this.ints(shape)]);
  }

  finish(inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return { nodes: this.#nodes, tensors: this.#tensors, inputs, outputs };
  }
}
