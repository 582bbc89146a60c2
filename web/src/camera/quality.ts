// Tells why a face cannot be read: as the server does it (vision/expressions.go, vision/quality.go), but for faces in profile,
// which the camera's detector does not find.
import type { Unsure } from './finder'
import { cut, greyOf, type Pixels } from './upright'

const leastSide = 20 // pixels of the box's shorter side
const mostCovered = 0.5
const leastSharpness = 10 // from 0 to 100
const leastBrightness = 8 // from 0 to 100
const mostBrightness = 95

/** Why what a face shows cannot be trusted, the gravest reason first; undefined for a face that can be read. */
export function whyUnsure(pixels: Pixels, box: { x: number; y: number; width: number; height: number }, covered: number): Unsure | undefined {
  if (Math.min(box.width, box.height) < leastSide) return 'small_face'
  if (covered > mostCovered) return 'covered_face'
  const { brightness, sharpness } = qualityOf(pixels, box)
  if (sharpness < leastSharpness) return 'blurred_face'
  if (brightness < leastBrightness || brightness > mostBrightness) return 'bad_light'
  return undefined
}

const side = 64 // pixels to which a larger face is brought down, so that sharpness means the same for every picture
const halfSharp = 0.1 // the ratio that counts as a sharpness of 50

/** Brightness is the mean grey in percent; sharpness tells how strongly neighbouring pixels differ, in relation to the face's contrast. */
function qualityOf(pixels: Pixels, box: { x: number; y: number; width: number; height: number }): { brightness: number; sharpness: number } {
  const long = Math.max(box.width, box.height)
  const n = Math.min(side, Math.floor(long))
  const step = long / n
  const grey = greyOf(cut(pixels, { a: step, b: 0, x: box.x, y: box.y }, n))
  const w = Math.floor(box.width / step)
  const h = Math.floor(box.height / step)
  const [mean, contrast] = spread(w, h, (x, y) => grey[y * n + x]!)
  const [, edges] = spread(w - 2, h - 2, (x, y) => {
    const at = (y + 1) * n + x + 1
    return grey[at - 1]! + grey[at + 1]! + grey[at - n]! + grey[at + n]! - 4 * grey[at]!
  })
  const ratio = contrast > 1 ? edges / contrast : 0 // less is one colour, and no face
  return { brightness: (100 * mean) / 255, sharpness: (100 * ratio) / (ratio + halfSharp) }
}

/** The mean and the variance of values at w × h places. */
function spread(w: number, h: number, value: (x: number, y: number) => number): [mean: number, variance: number] {
  let sum = 0
  let squares = 0
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const v = value(x, y)
      sum += v
      squares += v * v
    }
  }
  const mean = sum / (w * h)
  return [mean, squares / (w * h) - mean * mean]
}
