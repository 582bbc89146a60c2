// Reads what a face shows with the network that the server has for it (vision/internal/net/emotions.go), from the same file.

/** What is used of TensorFlow.js. */
export interface Tensors {
  tensor(values: Float32Array, shape: number[]): Tensor
  conv2d(x: Tensor, filters: Tensor, stride: number, pad: number, format: 'NHWC', dilation: number, rounding: 'floor'): Tensor
  relu(x: Tensor): Tensor
  add(a: Tensor, b: Tensor): Tensor
  mean(x: Tensor, axes: number[]): Tensor
  matMul(a: Tensor, b: Tensor): Tensor
  tidy(work: () => Tensor): Tensor
}

interface Tensor {
  data(): Promise<Float32Array>
  dispose(): void
}

export const squareSide = 48 // pixels of the square that the network is shown
const view = 40 // pixels of its middle, which is what the convolutions see
const noContrast = 8 // is added to the deviation of the square's pixels, so that one of a single colour is not blown up
const outputs = 8

/** The emotions in the order of the network's outputs, as the API calls them. */
export const types = ['CALM', 'HAPPY', 'SAD', 'ANGRY', 'FEAR', 'DISGUSTED', 'SURPRISED'] as const

/** The probability of each of types, and that something covers a part of the face. */
export interface Reading {
  emotions: number[]
  covered: number
}

export class Emotions {
  #tf: Tensors
  #weights = new Map<string, Tensor>()

  /** Takes the network out of a safetensors file. */
  constructor(tf: Tensors, file: ArrayBuffer) {
    this.#tf = tf
    for (const [name, { shape, values }] of parse(file)) this.#weights.set(name, tf.tensor(values, shape))
  }

  /** Reads a square of squareSide pixels of grey, from 0 to 255, row by row, and its mirror image. */
  async read(grey: Float32Array): Promise<Reading> {
    const tf = this.#tf
    const logits = tf.tidy(() => {
      let x = this.#convolve(tf.tensor(seen(grey), [2, view, view, 1]), 'first')
      for (let i = 0; i < 3; i++) {
        x = this.#convolve(x, `stage${i}/down`, 2)
        x = tf.relu(tf.add(x, this.#linear(this.#convolve(x, `stage${i}/first`), `stage${i}/second`)))
      }
      return tf.add(tf.matMul(tf.mean(x, [1, 2]), this.#of('last/weights')), this.#of('last/bias'))
    })
    const values = await logits.data()
    logits.dispose()
    const upright = softmax(values.subarray(0, types.length))
    const mirrored = softmax(values.subarray(outputs, outputs + types.length))
    const covered = (values[types.length]! + values[outputs + types.length]!) / 2
    return { emotions: upright.map((p, i) => (p + mirrored[i]!) / 2), covered: 1 / (1 + Math.exp(-covered)) }
  }

  #of(name: string): Tensor {
    const tensor = this.#weights.get(name)
    if (!tensor) throw new Error(`the network has no ${name}`)
    return tensor
  }

  #convolve(x: Tensor, name: string, stride = 1): Tensor {
    return this.#tf.relu(this.#linear(x, name, stride))
  }

  #linear(x: Tensor, name: string, stride = 1): Tensor {
    return this.#tf.add(this.#tf.conv2d(x, this.#of(`${name}/filters`), stride, 1, 'NHWC', 1, 'floor'), this.#of(`${name}/bias`))
  }
}

/** The middle of a square and its mirror image, as the network wants them: the whole square says what is dark and what is light. */
function seen(grey: Float32Array): Float32Array {
  let sum = 0
  let squares = 0
  for (const v of grey) {
    sum += v
    squares += v * v
  }
  const mean = sum / grey.length
  const scale = 1 / (Math.sqrt(Math.max(0, squares / grey.length - mean * mean)) + noContrast)
  const margin = (squareSide - view) / 2
  const both = new Float32Array(2 * view * view)
  for (let y = 0; y < view; y++) {
    for (let x = 0; x < view; x++) {
      const v = (grey[(y + margin) * squareSide + x + margin]! - mean) * scale
      both[y * view + x] = v
      both[view * view + y * view + view - 1 - x] = v
    }
  }
  return both
}

function softmax(logits: Float32Array): number[] {
  const most = Math.max(...logits)
  const all = Array.from(logits, (v) => Math.exp(v - most))
  const sum = all.reduce((a, b) => a + b)
  return all.map((v) => v / sum)
}

/** Reads the tensors of a safetensors file, of numbers with 16 or 32 bits. */
function parse(file: ArrayBuffer): Map<string, { shape: number[]; values: Float32Array }> {
  const data = new DataView(file)
  const start = 8 + Number(data.getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8))) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const at = start + data_offsets[0]
    const count = shape.reduce((a, b) => a * b, 1)
    if (dtype !== 'F16' && dtype !== 'F32') throw new Error(`${name} has numbers of the type ${dtype}`)
    tensors.set(name, { shape, values: Float32Array.from({ length: count }, (_, i) => (dtype === 'F16' ? half(data.getUint16(at + 2 * i, true)) : data.getFloat32(at + 4 * i, true))) })
  }
  return tensors
}

/** The value of a number of 16 bits (IEEE 754 binary16). */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits >> 15 ? -size : size
}
