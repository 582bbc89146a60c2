// What the page reads in a face is what the server reads in it: src/camera/emotions.ts and upright.ts, in a browser of their own.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { browserTest, root, samplePhotos } from './harness.mjs'

const types = ['CALM', 'HAPPY', 'SAD', 'ANGRY', 'FEAR', 'DISGUSTED', 'SURPRISED']

/** A page without a server, with the scripts of the camera that need no worker as window.camera, and TensorFlow.js as window.tf. */
async function scripts(t, browser, files = {}) {
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  const script = async (name) => ts.transpileModule(await readFile(join(root, 'web/src/camera', `${name}.ts`), 'utf8'), { compilerOptions: { target: 'ES2022', module: 'ESNext' } }).outputText
  const served = {
    '/': ['text/html', '<!doctype html><title>test</title>'],
    '/emotions.js': ['text/javascript', await script('emotions')],
    '/upright.js': ['text/javascript', await script('upright')],
    '/face-api.js': ['text/javascript', await readFile(join(root, 'web/node_modules/@vladmandic/face-api/dist/face-api.esm.js'))],
    ...files,
  }
  await page.route('http://animo.test/**', (route) => {
    const file = served[new URL(route.request().url()).pathname]
    return file ? route.fulfill({ contentType: file[0], body: file[1] }) : route.fulfill({ status: 404 })
  })
  await page.goto('http://animo.test/')
  await page.evaluate(async () => {
    const { tf } = await import('/face-api.js')
    await tf.setBackend('cpu')
    await tf.ready()
    Object.assign(window, { tf, camera: { ...(await import('/emotions.js')), ...(await import('/upright.js')) } })
  })
  return page
}

/** Whole numbers from 1 to 65536 in a fixed order, as vision/training/reference.py has them. */
function numbers() {
  let v = 1
  return () => (v = (v * 75) % 65537)
}

/** The network that vision/training/reference.py makes up, as safetensors. */
function madeUp() {
  const next = numbers()
  const header = {}
  const values = []
  const add = (name, ...shape) => {
    const count = shape.reduce((a, b) => a * b)
    const size = 1.7 / Math.sqrt(shape.length > 1 ? count / shape.at(-1) : 100)
    header[name] = { dtype: 'F32', shape, data_offsets: [4 * values.length, 4 * (values.length + count)] }
    for (let i = 0; i < count; i++) values.push((next() / 65537 - 0.5) * 2 * size)
  }
  const layer = (name, inputs, outputs) => {
    add(`${name}/filters`, 3, 3, inputs, outputs)
    add(`${name}/bias`, outputs)
  }
  let width = 16
  layer('first', 1, width)
  for (let i = 0; i < 3; i++) {
    layer(`stage${i}/down`, width, 2 * width)
    width *= 2
    layer(`stage${i}/first`, width, width)
    layer(`stage${i}/second`, width, width)
  }
  add('last/weights', width, 8)
  add('last/bias', 8)
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, Buffer.from(new Float32Array(values).buffer)])
}

browserTest('emotions: the page’s network says what PyTorch says', async ({ t, browser }) => {
  const want = JSON.parse(await readFile(join(root, 'vision/internal/net/testdata/emotions.json'), 'utf8'))
  const next = numbers()
  const pictures = {
    waves: Array.from({ length: 48 * 48 }, (_, i) => {
      const [x, y] = [i % 48, Math.floor(i / 48)]
      return Math.floor((7 * x * x + 11 * x * y + 3 * y * y) / 13) % 256
    }),
    noise: Array.from({ length: 48 * 48 }, () => next() % 256),
  }
  const page = await scripts(t, browser, { '/network': ['application/octet-stream', madeUp()] })
  for (const [name, grey] of Object.entries(pictures)) {
    const { emotions, covered } = await page.evaluate(async (grey) => {
      const network = new camera.Emotions(tf, await (await fetch('/network')).arrayBuffer())
      return network.read(Float32Array.from(grey))
    }, grey)
    emotions.forEach((p, i) => assert.ok(Math.abs(p - want.probabilities[name][i]) < 1e-4, `${name}, ${types[i]}: ${p}, PyTorch's ${want.probabilities[name][i]}`))
    assert.ok(Math.abs(covered - want.covered[name][0]) < 1e-4, `${name}: covered ${covered}, PyTorch's ${want.covered[name][0]}`)
  }
})

const own = join(root, 'vision/model/emotions.safetensors')

browserTest('emotions: page and server say the same of a face', async ({ t, server, browser }) => {
  if (!existsSync(own)) return t.skip('this build has no network of its own for emotions')
  const file = await readFile((await samplePhotos())[0])
  const { id } = await server.api('PUT', '/v1/photos/igual.jpg', file)
  const photo = await server.api('GET', `/v1/photos/${id}?wait=30`)
  assert.ok(photo.faces.length >= 3, `${photo.faces.length} faces`)
  const page = await scripts(t, browser, { '/network': ['application/octet-stream', await readFile(own)], '/photo': ['image/jpeg', file] })
  const said = await page.evaluate(async (faces) => {
    const bitmap = await createImageBitmap(await (await fetch('/photo')).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height)
    const network = new camera.Emotions(tf, await (await fetch('/network')).arrayBuffer())
    const list = []
    for (const { landmarks } of faces) {
      const points = landmarks.map(([x, y]) => ({ x: x * pixels.width, y: y * pixels.height }))
      const square = camera.uprightSquare(points, camera.emotionsShare, camera.squareSide)
      list.push((await network.read(camera.greyOf(camera.cut(pixels, square, camera.squareSide)))).emotions)
    }
    return list
  }, photo.faces)
  photo.faces.forEach((face, i) => {
    for (const { Type, Confidence } of face.emotions) {
      const here = 100 * said[i][types.indexOf(Type)]
      assert.ok(Math.abs(here - Confidence) < 1, `face ${i + 1}, ${Type}: the page says ${here.toFixed(2)} %, the server ${Confidence} %`)
    }
  })
})
