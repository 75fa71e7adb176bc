/** The four networks of face-api, layer by layer, as its sources build them. All take raw RGB pixels, NHWC, 0–255. */
import { GraphBuilder, type Kernel, type Padding } from './graph.ts';
import type { OnnxGraph } from './onnx-file.ts';
import type { Weights } from './weights.ts';

/** Means of the landmark and descriptor nets. */
const MEAN_RGB = [122.782, 117.001, 104.298] as const;
/** Mean of the tiny detector. */
const TINY_MEAN_RGB = [117.001, 114.697, 97.404] as const;
const BATCH_NORM_EPSILON = 0.0010000000474974513;
/** Layers of MobileNet v1 that halve the side. */
const MOBILENET_HALVING = new Set([2, 4, 6, 12]);
const MOBILENET_LAYERS = 13;
/** The layer that feeds the finest box predictor. */
const MOBILENET_FINE_LAYER = 11;

const input = (rows: number | string, columns: number | string) => [
  { name: 'pixels', dims: [1, rows, columns, 3] },
];

function convOf(weights: Weights, prefix: string, filters = 'filters', bias = 'bias'): Kernel {
  return { weight: weights(`${prefix}/${filters}`), bias: weights(`${prefix}/${bias}`).data };
}

function separable(
  graph: GraphBuilder,
  weights: Weights,
  x: string,
  prefix: string,
  stride: number,
  padding: Padding,
): string {
  const depth = { weight: weights(`${prefix}/depthwise_filter`), bias: null };
  const point = convOf(weights, prefix, 'pointwise_filter');
  return graph.conv(graph.depthwise(x, depth, stride, padding), point, 1, 'valid');
}

/** Output: `[1, cells, cells, 25]`, five anchors of x, y, w, h, score. */
export function tinyDetectorGraph(weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  const leaky = (x: string) => graph.op('LeakyRelu', [x], { alpha: { float: 0.1 } });
  let x = graph.pixels('pixels', TINY_MEAN_RGB, 1 / 255);
  x = leaky(graph.conv(x, convOf(weights, 'conv0'), 1, 'valid'));
  for (let layer = 1; layer <= 5; layer += 1) {
    x = graph.pool('MaxPool', x, 2, 2, 'same');
    x = leaky(separable(graph, weights, x, `conv${layer}`, 1, 1));
  }
  x = graph.pool('MaxPool', x, 2, 1, 'same');
  x = graph.conv(x, convOf(weights, 'conv8'), 1, 'valid');
  const out = graph.op('Transpose', [x], { perm: [0, 2, 3, 1] });
  return graph.finish(input('rows', 'columns'), [{ name: out, dims: [1, 'cellRows', 'cellColumns', 25] }]);
}

/** Output: `[1, 136]`, x and y of 68 points as shares of the 112 px square. */
export function landmarkGraph(weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  let x = graph.pixels('pixels', MEAN_RGB, 1 / 255);
  for (let block = 0; block < 4; block += 1) {
    const at = `dense${block}`;
    const first =
      block === 0
        ? graph.conv(x, convOf(weights, `${at}/conv0`), 2, 'same')
        : separable(graph, weights, x, `${at}/conv0`, 2, 'same');
    let sum = graph.relu(first);
    for (let layer = 1; layer < 4; layer += 1) {
      const before = layer === 1 ? sum : graph.relu(sum);
      sum = graph.add(sum, separable(graph, weights, before, `${at}/conv${layer}`, 1, 'same'));
    }
    x = graph.relu(sum);
  }
  x = graph.op('Flatten', [graph.pool('AveragePool', x, 7, 2, 'valid')]);
  const fc = weights('fc/weights');
  const bias = weights('fc/bias');
  const out = graph.op('Gemm', [x, graph.floats(fc.data, fc.shape), graph.floats(bias.data, bias.shape)]);
  return graph.finish(input(112, 112), [{ name: out, dims: [1, 136] }]);
}

/** A convolution with its learnt scale folded in. */
function scaled(weights: Weights, prefix: string): Kernel {
  const { shape, data } = weights(`${prefix}/conv/filters`);
  const bias = weights(`${prefix}/conv/bias`).data;
  const factor = weights(`${prefix}/scale/weights`).data;
  const offset = weights(`${prefix}/scale/biases`).data;
  const outs = factor.length;
  return {
    weight: { shape, data: data.map((value, i) => value * (factor[i % outs] ?? 0)) },
    bias: bias.map((value, i) => value * (factor[i] ?? 0) + (offset[i] ?? 0)),
  };
}

/** A step down adds channels and, where its kernel falls short of the border, a row and column of zeros. */
interface Step {
  readonly name: string;
  readonly blocks: number;
  readonly addedChannels: number;
  readonly short: 0 | 1;
}

const STEPS: readonly Step[] = [
  { name: 'conv64', blocks: 3, addedChannels: 32, short: 0 },
  { name: 'conv128', blocks: 2, addedChannels: 64, short: 0 },
  { name: 'conv256', blocks: 2, addedChannels: 128, short: 1 },
];

/** Output: `[1, 128]`, the descriptor. */
export function descriptorGraph(weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  const residual = (x: string, prefix: string) => {
    const first = graph.relu(graph.conv(x, scaled(weights, `${prefix}/conv1`), 1, 'same'));
    return graph.relu(graph.add(graph.conv(first, scaled(weights, `${prefix}/conv2`), 1, 'same'), x));
  };
  const down = (x: string, prefix: string, channels: number, short: number) => {
    const first = graph.relu(graph.conv(x, scaled(weights, `${prefix}/conv1`), 2, 'valid'));
    let main = graph.conv(first, scaled(weights, `${prefix}/conv2`), 1, 'same');
    if (short > 0) main = graph.pad(main, 0, short, short);
    let pooled = graph.pool('AveragePool', x, 2, 2, 'valid');
    if (channels > 0) pooled = graph.pad(pooled, channels, 0, 0);
    return graph.relu(graph.add(pooled, main));
  };
  let x = graph.pixels('pixels', MEAN_RGB, 1 / 255);
  x = graph.relu(graph.conv(x, scaled(weights, 'conv32_down'), 2, 'valid'));
  x = graph.pool('MaxPool', x, 3, 2, 'valid');
  for (let block = 1; block <= 3; block += 1) x = residual(x, `conv32_${block}`);
  for (const { name, blocks, addedChannels, short } of STEPS) {
    x = down(x, `${name}_down`, addedChannels, short);
    for (let block = 1; block <= blocks; block += 1) x = residual(x, `${name}_${block}`);
  }
  x = down(x, 'conv256_down_out', 0, 1);
  x = graph.op('Flatten', [graph.op('GlobalAveragePool', [x])]);
  const fc = weights('fc');
  const out = graph.op('MatMul', [x, graph.floats(fc.data, fc.shape)]);
  return graph.finish(input(150, 150), [{ name: out, dims: [1, 128] }]);
}

/** A depthwise convolution with its batch normalisation folded in. */
function normalised(weights: Weights, prefix: string): Kernel {
  const { shape, data } = weights(`${prefix}/depthwise_weights`);
  const of = (name: string) => weights(`${prefix}/BatchNorm/${name}`).data;
  const [gamma, beta, mean, variance] = [of('gamma'), of('beta'), of('moving_mean'), of('moving_variance')];
  const factor = gamma.map((value, i) => value / Math.sqrt((variance[i] ?? 0) + BATCH_NORM_EPSILON));
  return {
    weight: { shape, data: data.map((value, i) => value * (factor[i % factor.length] ?? 0)) },
    bias: beta.map((value, i) => value - (mean[i] ?? 0) * (factor[i] ?? 0)),
  };
}

/**
 * Outputs: box encodings `[1, 5118, 4]` and class scores before the sigmoid `[1, 5118, 3]`; the anchors are the
 * tensor `Output/extra_dim`.
 */
export function ssdGraph(weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  const clip = (x: string) =>
    graph.op('Clip', [x, graph.floats(Float32Array.of(0), []), graph.floats(Float32Array.of(6), [])]);
  const point = (x: string, prefix: string, stride: number) =>
    clip(graph.conv(x, convOf(weights, prefix, 'weights', 'convolution_bn_offset'), stride, 'same'));
  let x = graph.pixels('pixels', [127.5, 127.5, 127.5], 1 / 127.5);
  x = point(x, 'MobilenetV1/Conv2d_0_pointwise', 2);
  let fine = x;
  for (let layer = 1; layer <= MOBILENET_LAYERS; layer += 1) {
    const at = `MobilenetV1/Conv2d_${layer}`;
    const stride = MOBILENET_HALVING.has(layer) ? 2 : 1;
    x = clip(graph.depthwise(x, normalised(weights, `${at}_depthwise`), stride, 'same'));
    x = point(x, `${at}_pointwise`, 1);
    if (layer === MOBILENET_FINE_LAYER) fine = x;
  }
  const features = [fine, x];
  for (let layer = 0; layer < 8; layer += 1) {
    x = point(x, `Prediction/Conv2d_${layer}_pointwise`, layer % 2 === 0 ? 1 : 2);
    if (layer % 2 === 1) features.push(x);
  }
  const predict = (kind: string, width: number) => {
    const parts = features.map((feature, i) => {
      const kernel = convOf(weights, `Prediction/BoxPredictor_${i}/${kind}`, 'weights', 'biases');
      return graph.rows(graph.conv(feature, kernel, 1, 'same'), [1, -1, width]);
    });
    return graph.op('Concat', parts, { axis: 1 });
  };
  const boxes = predict('BoxEncodingPredictor', 4);
  const classes = predict('ClassPredictor', 3);
  return graph.finish(input(512, 512), [
    { name: boxes, dims: [1, 'anchors', 4] },
    { name: classes, dims: [1, 'anchors', 3] },
  ]);
}
