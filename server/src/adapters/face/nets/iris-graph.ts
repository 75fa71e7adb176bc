/** Converts the iris network, a tfjs graph model of six kinds of operations, to ONNX. */
import { GraphBuilder, type Padding } from './graph.ts';
import type { OnnxGraph } from './onnx-file.ts';
import type { Weights } from './weights.ts';

interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: {
    readonly strides?: { readonly list: { readonly i: readonly string[] } };
    readonly ksize?: { readonly list: { readonly i: readonly string[] } };
    /** Base64. */
    readonly padding?: { readonly s: string };
    /** Base64. */
    readonly fused_ops?: { readonly list: { readonly s?: readonly string[] } };
  };
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');

function paddingOf(node: TfNode): Padding {
  return decoded(node.attr?.padding?.s ?? '') === 'SAME' ? 'same' : 'valid';
}

const strideOf = (node: TfNode): number => Number(node.attr?.strides?.list.i[1] ?? 1);

/** Slopes of a PReLU, one per channel, `[1, 1, C]` → `[C, 1, 1]`. */
function prelu(graph: GraphBuilder, weights: Weights, x: string, name: string): string {
  const { data } = weights(name);
  return graph.op('PRelu', [x, graph.floats(data, [data.length, 1, 1])]);
}

function fusedConv(graph: GraphBuilder, weights: Weights, node: TfNode, x: string): string {
  const [, filter = '', bias = '', slopes] = node.input ?? [];
  const fused = (node.attr?.fused_ops?.list.s ?? []).map(decoded);
  const kernel = { weight: weights(filter), bias: weights(bias).data };
  const out = graph.conv(x, kernel, strideOf(node), paddingOf(node));
  if (fused.join() === 'BiasAdd') return out;
  if (fused.join() !== 'BiasAdd,Prelu' || slopes === undefined) {
    throw new Error(`${node.name}: expected a fused bias and PReLU, got ${fused.join()}`);
  }
  return prelu(graph, weights, out, slopes);
}

/** Channels added by `Pad`: the last of its `[4, 2]` paddings. */
function channelPad(graph: GraphBuilder, weights: Weights, node: TfNode, x: string): string {
  return graph.pad(x, weights(node.input?.[1] ?? '').data[7] ?? 0, 0, 0);
}

function convert(
  graph: GraphBuilder,
  weights: Weights,
  node: TfNode,
  at: (name: string | undefined) => string,
): string {
  const [first, second = ''] = node.input ?? [];
  switch (node.op) {
    case 'Placeholder':
      return graph.pixels('pixels', [0, 0, 0], 1 / 255);
    case '_FusedConv2D':
      return fusedConv(graph, weights, node, at(first));
    case 'DepthwiseConv2dNative':
      return graph.depthwise(
        at(first),
        { weight: weights(second), bias: null },
        strideOf(node),
        paddingOf(node),
      );
    case 'AddV2':
      return graph.add(at(first), at(second));
    case 'Prelu':
      return prelu(graph, weights, at(first), second);
    case 'MaxPool':
      return graph.pool(
        'MaxPool',
        at(first),
        Number(node.attr?.ksize?.list.i[1] ?? 2),
        strideOf(node),
        paddingOf(node),
      );
    case 'Pad':
      return channelPad(graph, weights, node, at(first));
    case 'ConcatV2':
      return graph.op(
        'Concat',
        [at(first), at(second)].map((x) => graph.op('Flatten', [x])),
        { axis: 1 },
      );
    case 'Identity':
      return at(first);
    default:
      throw new Error(`${node.name}: expected an operation of the iris network, got ${node.op}`);
  }
}

/**
 * Output: `[1, 228]`; 71 contour points and 5 iris points of x, y, z in pixels of the 64 px square.
 * @param document the parsed `iris.json`. @throws Error on an operation that the network does not have.
 */
export function irisGraph(document: unknown, weights: Weights): OnnxGraph {
  const { modelTopology } = document as { modelTopology: { node: readonly TfNode[] } };
  const graph = new GraphBuilder();
  const waiting = new Map(modelTopology.node.map((node) => [node.name, node]));
  const done = new Map<string, string>();
  // Depth first from the output: the file's order is not guaranteed to be one of execution.
  const at = (name: string | undefined): string => {
    const known = done.get(name ?? '');
    if (known !== undefined) return known;
    const node = waiting.get(name ?? '');
    if (node === undefined) throw new Error(`expected a node named ${name}`);
    const value = convert(graph, weights, node, at);
    done.set(node.name, value);
    return value;
  };
  const out = at('Identity');
  return graph.finish([{ name: 'pixels', dims: [1, 64, 64, 3] }], [{ name: out, dims: [1, 228] }]);
}
