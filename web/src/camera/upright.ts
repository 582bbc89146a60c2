// Where in a picture a face is looked at, and how it is cut out: as the server does it (vision/align.go, vision/internal/net/warp.go).

export interface Point {
  x: number
  y: number
}

/** Takes places in a square of n pixels to places in the picture: (x, y) to (a·x − b·y + x, b·x + a·y + y). */
export interface Square {
  a: number
  b: number
  x: number
  y: number
}

/** Pixels of four bytes each, as a canvas gives them. */
export interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

export const landmarksShare = 1.1 // of the box's mean side: the side of the square in which landmarks are found
export const emotionsShare = 1.4 // of the longer side of the rectangle round the landmarks
export const expressionsShare = 1.3 // the same, for face-api's network
export const uprightEnough = (10 * Math.PI) / 180 // by how much a head may lean in the square in which its landmarks are found

// Nose and eyes, landmarks 27 to 47, in an average face; the figures are those of dlib's image_transforms/interpolation.h.
const nose = 27
const meanFace: [number, number][] = [
  [0.490127, 0.203352], [0.490127, 0.307009], [0.490127, 0.409805], [0.490127, 0.515625], [0.36688, 0.587326], [0.426036, 0.609345], [0.490127, 0.628106],
  [0.554217, 0.609345], [0.613373, 0.587326], [0.121737, 0.216423], [0.187122, 0.178758], [0.265825, 0.179852], [0.334606, 0.231733], [0.260918, 0.245099],
  [0.182743, 0.244077], [0.645647, 0.231733], [0.714428, 0.179852], [0.793132, 0.178758], [0.858516, 0.216423], [0.79751, 0.244077], [0.719335, 0.245099],
] // prettier-ignore

export function place(square: Square, x: number, y: number): Point {
  return { x: square.a * x - square.b * y + square.x, y: square.b * x + square.a * y + square.y }
}

/** By how much a head leans to a shoulder, in radians, by the eyes and the nose among its 68 landmarks. */
export function leanOf(points: Point[]): number {
  const seen = points.slice(nose, nose + meanFace.length)
  const middle = { x: 0, y: 0, meanX: 0, meanY: 0 }
  seen.forEach((p, i) => {
    middle.x += p.x / seen.length
    middle.y += p.y / seen.length
    middle.meanX += meanFace[i]![0] / seen.length
    middle.meanY += meanFace[i]![1] / seen.length
  })
  let dot = 0
  let cross = 0
  seen.forEach((p, i) => {
    const fx = meanFace[i]![0] - middle.meanX
    const fy = meanFace[i]![1] - middle.meanY
    dot += fx * (p.x - middle.x) + fy * (p.y - middle.y)
    cross += fx * (p.y - middle.y) - fy * (p.x - middle.x)
  })
  return Math.atan2(cross, dot)
}

/** The square with that middle, side and turn in the picture, for n pixels. */
export function squareRound(middle: Point, side: number, turn: number, n: number): Square {
  const a = (side / n) * Math.cos(turn)
  const b = (side / n) * Math.sin(turn)
  return { a, b, x: middle.x - (a - b) * (n / 2), y: middle.y - (a + b) * (n / 2) }
}

/** The square round the landmarks in which the head is upright, for n pixels; share is its side in units of the longer side of the rectangle round them. */
export function uprightSquare(points: Point[], share: number, n: number): Square {
  const lean = leanOf(points)
  const cos = Math.cos(lean)
  const sin = Math.sin(lean)
  const xs = points.map((p) => p.x * cos + p.y * sin) // turned back
  const ys = points.map((p) => p.y * cos - p.x * sin)
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const x = (left + right) / 2
  const y = (top + bottom) / 2
  return squareRound({ x: x * cos - y * sin, y: x * sin + y * cos }, share * Math.max(right - left, bottom - top), lean, n)
}

/**
 * Cuts a square of n pixels out of a picture, with three values each. They are bilinear; where the picture is the finer of the two, they are the
 * average of some places. Beyond the edge, the picture goes on as it is at the edge.
 */
export function cut(picture: Pixels, square: Square, n: number): Float32Array {
  const fine = Math.min(Math.max(1, Math.ceil(Math.hypot(square.a, square.b) - 0.01)), 4)
  const values = new Float32Array(3 * n * n)
  const { width, height, data } = picture
  for (let i = 0; i < n * n; i++) {
    for (let k = 0; k < fine * fine; k++) {
      const at = place(square, (i % n) + ((k % fine) + 0.5) / fine, Math.floor(i / n) + (Math.floor(k / fine) + 0.5) / fine)
      const x = Math.min(Math.max(at.x - 0.5, 0), width - 1)
      const y = Math.min(Math.max(at.y - 0.5, 0), height - 1)
      const ix = Math.floor(x)
      const iy = Math.floor(y)
      const right = 4 * (Math.min(ix + 1, width - 1) - ix)
      const below = 4 * width * (Math.min(iy + 1, height - 1) - iy)
      for (let c = 0, p = 4 * (iy * width + ix); c < 3; c++, p++) {
        const upper = data[p]! + (data[p + right]! - data[p]!) * (x - ix)
        const lower = data[p + below]! + (data[p + below + right]! - data[p + below]!) * (x - ix)
        values[3 * i + c]! += (upper + (lower - upper) * (y - iy)) / (fine * fine)
      }
    }
  }
  return values
}

/** Makes shades of grey (ITU-R BT.601) of three values each. */
export function greyOf(values: Float32Array): Float32Array {
  return Float32Array.from({ length: values.length / 3 }, (_, i) => 0.299 * values[3 * i]! + 0.587 * values[3 * i + 1]! + 0.114 * values[3 * i + 2]!)
}
