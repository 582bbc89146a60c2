// Runs the networks, beside the page. It gets pictures and answers each with its faces; see finder.ts.
import * as faceapi from '@vladmandic/face-api'
import { Emotions, squareSide, types, type Reading, type Tensors } from './emotions'
import type { Answer, SeenFace } from './finder'
import { whyUnsure } from './quality'
import { cut, emotionsShare, expressionsShare, greyOf, landmarksShare, leanOf, place, squareRound, uprightEnough, uprightSquare, type Pixels, type Point } from './upright'

const side = 416 // pixels of the square in which faces are looked for: the more, the smaller a face may be, and the slower
const options = new faceapi.TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: 0.5 })
const { tinyFaceDetector, faceLandmark68Net, faceExpressionNet } = faceapi.nets
const faceSide = 112 // pixels of the square in which landmarks are found
let emotions: Emotions | undefined // else the server has none of its own, and face-api's tells what a face shows

// What is used of TensorFlow.js, whose types face-api lacks.
const tf = faceapi.tf as unknown as Tensors & { setBackend(name: string): Promise<boolean>; ready(): Promise<void> }

const say = (answer: Answer) => postMessage(answer)
const failed = (err: unknown) => say({ failed: err instanceof Error ? err.message : String(err) })

/** Loads the networks, and runs each once: the first run takes seconds, while the graphics card gets its programs. */
async function prepare() {
  inWorker()
  // The graphics card where there is one; the processor is slow, and does it anyhow.
  if (!(await tf.setBackend('webgl').catch(() => false))) await tf.setBackend('cpu')
  await tf.ready()
  await Promise.all([tinyFaceDetector.loadFromUri('/models'), faceLandmark68Net.loadFromUri('/models'), loadEmotions()])
  const nothing = drawn(side, new Float32Array(3 * side * side))
  await faceapi.detectAllFaces(nothing, options)
  const points = Array.from({ length: 68 }, (_, i) => ({ x: i, y: (i * i) % 68 }))
  await read({ width: 1, height: 1, data: new Uint8ClampedArray(4) }, points)
  await faceLandmark68Net.detectLandmarks(nothing)
}

async function loadEmotions() {
  const answer = await fetch('/models/emotions.safetensors')
  if (!answer.ok) throw new Error(`emotions.safetensors: ${answer.status}`)
  if (answer.status === 204) return faceExpressionNet.loadFromUri('/models')
  emotions = new Emotions(tf, await answer.arrayBuffer())
}

/** Tells face-api what a worker has in place of a document. */
function inWorker() {
  class Absent {} // a worker has neither images nor videos
  const absent = () => {
    throw new Error('a worker has no such element')
  }
  faceapi.env.setEnv({
    Canvas: OffscreenCanvas,
    CanvasRenderingContext2D: OffscreenCanvasRenderingContext2D,
    Image: Absent,
    Video: Absent,
    ImageData,
    createCanvasElement: () => canvas(1, 1),
    createImageElement: absent,
    createVideoElement: absent,
    fetch: (url: string, init?: RequestInit) => fetch(url, init),
    readFile: absent,
  } as unknown as faceapi.Environment)
}

function canvas(width: number, height: number): OffscreenCanvas {
  return new OffscreenCanvas(width, height)
}

async function find(picture: ImageBitmap): Promise<SeenFace[]> {
  const { width, height } = picture
  const whole = canvas(width, height)
  const context = whole.getContext('2d', { willReadFrequently: true })!
  context.drawImage(picture, 0, 0)
  picture.close()
  const pixels = context.getImageData(0, 0, width, height)
  const faces: SeenFace[] = []
  for (const { box, score } of await faceapi.detectAllFaces(whole as unknown as HTMLCanvasElement, options)) {
    const { emotions, covered } = await read(pixels, await findLandmarks(pixels, box))
    faces.push({
      box: { left: box.x / width, top: box.y / height, width: box.width / width, height: box.height / height },
      confidence: 100 * score,
      emotions: emotions.map((p, i) => ({ Type: types[i]!, Confidence: 100 * p })).sort((a, b) => b.Confidence - a.Confidence),
      unsure: whyUnsure(pixels, box, covered),
    })
  }
  return faces
}

/** Finds 68 landmarks in a square that is turned until the head is upright in it, as the server does. */
async function findLandmarks(pixels: Pixels, box: faceapi.Box): Promise<Point[]> {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  let points: Point[] = []
  for (let lean = 0, looks = 0; looks < 3; looks++) {
    const square = squareRound(middle, landmarksShare * Math.sqrt(box.width * box.height), lean, faceSide)
    const found = (await faceLandmark68Net.detectLandmarks(drawn(faceSide, cut(pixels, square, faceSide)))) as faceapi.FaceLandmarks68
    points = found.positions.map((p) => place(square, p.x, p.y))
    const seen = lean
    lean = leanOf(points)
    if (Math.abs(Math.atan2(Math.sin(lean - seen), Math.cos(lean - seen))) < uprightEnough) break
  }
  return points
}

/** Tells what the face with these landmarks shows. */
async function read(pixels: Pixels, points: Point[]): Promise<Reading> {
  if (emotions) return emotions.read(greyOf(cut(pixels, uprightSquare(points, emotionsShare, squareSide), squareSide)))
  const said = (await faceExpressionNet.predictExpressions(drawn(faceSide, cut(pixels, uprightSquare(points, expressionsShare, faceSide), faceSide)))) as faceapi.FaceExpressions
  return { emotions: [said.neutral, said.happy, said.sad, said.angry, said.fearful, said.disgusted, said.surprised], covered: 0 }
}

/** A canvas with a square of n pixels, of three values each, in the place of the element that face-api takes. */
function drawn(n: number, values: Float32Array): HTMLCanvasElement {
  const image = new ImageData(n, n)
  for (let i = 0; i < n * n; i++) image.data.set([values[3 * i]!, values[3 * i + 1]!, values[3 * i + 2]!, 255], 4 * i)
  const square = canvas(n, n)
  square.getContext('2d', { willReadFrequently: true })!.putImageData(image, 0, 0)
  return square as unknown as HTMLCanvasElement
}

onmessage = (e: MessageEvent<ImageBitmap>) => find(e.data).then((faces) => say({ faces }), failed)
prepare().then(() => say({ ready: true }), failed)
