// A camera for Chromium that shows a still picture: an MJPEG file, which is JPEGs one after the other.
import { readFile, writeFile } from 'node:fs/promises'
import { launch } from './browser.mjs'

/**
 * Starts a browser whose camera shows a part of a photo, 640 by 480 pixels; part is [x, y, width, height] in the
 * photo's pixels. It gives the camera to a page that asks for it without asking anybody. film is the file to write.
 */
export async function launchWithCamera(film, photo, part) {
  const jpeg = await cut(photo, part, 640, 480)
  await writeFile(film, Buffer.concat(Array(10).fill(jpeg)))
  return launch('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=1,fps=10', `--use-file-for-fake-video-capture=${film}`)
}

/** Cuts a part out of a photo and gives it as a JPEG of a size, with the part's if none is said. */
export async function cut(photo, [x, y, w, h], width = w, height = h) {
  const browser = await launch()
  try {
    const page = await browser.newPage()
    const data = `data:image/jpeg;base64,${(await readFile(photo)).toString('base64')}`
    const out = await page.evaluate(
      async ({ data, part, width, height }) => {
        const image = new Image()
        image.src = data
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = width
        canvas.height = height
        canvas.getContext('2d').drawImage(image, ...part, 0, 0, width, height)
        return canvas.toDataURL('image/jpeg', 0.95)
      },
      { data, part: [x, y, w, h], width, height },
    )
    return Buffer.from(out.split(',')[1], 'base64')
  } finally {
    await browser.close()
  }
}
