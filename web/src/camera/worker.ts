// Runs the networks, beside the page. It gets pictures and answers each with its faces; see finder.ts.
import * as faceapi from '@vladmandic/face-api'
import type { Answer, SeenFace } from './finder'

// The networks' words for what the API calls so.
const types = { neutral: 'CALM', happy: 'HAPPY', sad: 'SAD', angry: 'ANGRY', fearful: 'FEAR', disgusted: 'DISGUSTED', surprised: 'SURPRISED' } as const

const side = 416 // pixels of the square in which faces are looked for: the more, the smaller a face may be, and the slower
const options = new faceapi.TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: 0.5 })
const { tinyFaceDetector, faceLandmark68Net, faceExpressionNet } = faceapi.nets

// What is used of TensorFlow.js, whose types face-api lacks.
const tf = faceapi.tf as unknown as { setBackend(name: string): Promise<boolean>; ready(): Promise<void> }

const say = (answer: Answer) => postMessage(answer)
const failed = (err: unknown) => say({ failed: err instanceof Error ? err.message : String(err) })

/** Loads the networks, and runs each once: the first run takes seconds, while the graphics card gets its programs. */
async function prepare() {
  inWorker()
  // The graphics card where there is one; the processor is slow, and does it anyhow.
  if (!(await tf.setBackend('webgl').catch(() => false))) await tf.setBackend('cpu')
  await tf.ready()
  await Promise.all([tinyFaceDetector, faceLandmark68Net, faceExpressionNet].map((net) => net.loadFromUri('/models')))
  const nothing = canvas(side, side)
  nothing.getContext('2d')!.fillRect(0, 0, side, side)
  const input = nothing as unknown as HTMLCanvasElement
  await faceapi.detectAllFaces(input, options)
  await faceLandmark68Net.detectLandmarks(input)
  await faceExpressionNet.predictExpressions(input)
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
  const drawn = canvas(width, height)
  drawn.getContext('2d', { willReadFrequently: true })!.drawImage(picture, 0, 0)
  picture.close()
  const found = await faceapi.detectAllFaces(drawn as unknown as HTMLCanvasElement, options).withFaceLandmarks().withFaceExpressions()
  return found.map(({ detection: { box, score }, expressions }) => ({
    box: { left: box.x / width, top: box.y / height, width: box.width / width, height: box.height / height },
    confidence: 100 * score,
    emotions: expressions.asSortedArray().map((e) => ({ Type: types[e.expression], Confidence: 100 * e.probability })),
  }))
}

onmessage = (e: MessageEvent<ImageBitmap>) => find(e.data).then((faces) => say({ faces }), failed)
prepare().then(() => say({ ready: true }), failed)
