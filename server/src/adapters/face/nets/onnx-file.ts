/**
 * Writes an ONNX file: the few protobuf messages of onnx.proto3 that a feed-forward network needs. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
 */

/** A node: its operator, the names that it reads and writes, and its attributes. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<
    Record<string, number | string | readonly number[] | { readonly float: number }>
  >;
}

/** A constant; int64 when `ints` is given. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly floats?: Float32Array;
  readonly ints?: readonly number[];
}

/** An input or output; a string stands for a side that is known at run time only. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** A whole network. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 8;
const OPSET_VERSION = 13;
const FLOAT = 1;
const INT64 = 7;

const encoder = new TextEncoder();

function varint(value: number): Uint8Array {
  const out: number[] = [];
  // Negative numbers are the 64-bit two's complement: ten bytes.
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(out);
}

const integer = (field: number, value: number): Uint8Array[] => [varint(field * 8), varint(value)];
const bytes = (field: number, value: Uint8Array): Uint8Array[] => [
  varint(field * 8 + 2),
  varint(value.length),
  value,
];
const text = (field: number, value: string): Uint8Array[] => bytes(field, encoder.encode(value));
const float = (field: number, value: number): Uint8Array[] => [
  varint(field * 8 + 5),
  new Uint8Array(Float32Array.of(value).buffer),
];
const message = (field: number, ...parts: readonly Uint8Array[][]): Uint8Array[] =>
  bytes(field, Buffer.concat(parts.flat()));

function attribute(name: string, value: OnnxNode['attributes'][string]): Uint8Array[] {
  if (typeof value === 'number') return message(5, text(1, name), integer(3, value), integer(20, 2));
  if (typeof value === 'string') return message(5, text(1, name), text(4, value), integer(20, 3));
  if ('float' in value) return message(5, text(1, name), float(2, value.float), integer(20, 1));
  return message(5, text(1, name), ...value.map((item) => integer(8, item)), integer(20, 7));
}

function node({ op, inputs, outputs, attributes }: OnnxNode): Uint8Array[] {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
}

function tensor({ name, dims, floats, ints }: OnnxTensor): Uint8Array[] {
  const raw = ints === undefined ? floats : BigInt64Array.from(ints, BigInt);
  if (raw === undefined) throw new Error(`${name}: expected floats or ints`);
  const data = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  const type = ints === undefined ? FLOAT : INT64;
  return message(5, ...dims.map((side) => integer(1, side)), integer(2, type), text(8, name), bytes(9, data));
}

function value(field: number, { name, dims }: OnnxValue): Uint8Array[] {
  const sides = dims.map((side) => message(1, typeof side === 'number' ? integer(1, side) : text(2, side)));
  const type = message(2, message(1, integer(1, FLOAT), message(2, ...sides)));
  return message(field, text(1, name), type);
}

/** The bytes of an ONNX model (opset 13, float32). */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const body = message(
    7,
    ...graph.nodes.map(node),
    text(2, 'net'),
    ...graph.tensors.map(tensor),
    ...graph.inputs.map((item) => value(11, item)),
    ...graph.outputs.map((item) => value(12, item)),
  );
  return Buffer.concat(
    [
      integer(1, IR_VERSION),
      text(2, 'zhenxue'),
      body,
      message(8, text(1, ''), integer(2, OPSET_VERSION)),
    ].flat(),
  );
}
