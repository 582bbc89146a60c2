// The page of the camera, with a camera of Chromium's that shows a part of a sample photo: three faces.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { skip } from './browser.mjs'
import { cut, launchWithCamera } from './fakecamera.mjs'
import { axe, browserTest, fitsWidth, phone, root, samplePhotos, startServer } from './harness.mjs'

const slow = { timeout: 120_000 } // without a graphics card, the networks take their time
const part = [240, 60, 1600, 1200]
let folder, browser

before(async () => {
  if (skip) return
  folder = await mkdtemp(join(tmpdir(), 'animo-camera-'))
  browser = await launchWithCamera(join(folder, 'film.mjpeg'), (await samplePhotos())[0], part)
})

after(async () => {
  await browser?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** A server without moods, of the test's own. */
async function fresh(t) {
  const server = await startServer()
  t.after(() => server.stop())
  return server
}

/** What a page sends to the API besides questions: [method, path, size of the body]. */
function sentBy(page) {
  const sent = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push([request.method(), new URL(request.url()).pathname, request.postDataBuffer()?.length ?? 0])
  })
  return sent
}

/**
 * Wants the faces that a page measured to be read as a server reads them in the same picture. The page finds them with another network, which
 * frames them a little differently; so a face between two emotions, of which this picture has one of three, may tip over.
 */
async function saysTheSame(t, items) {
  const server = await fresh(t)
  const { id } = await server.api('PUT', '/v1/photos/vista.jpg', await cut((await samplePhotos())[0], part, 640, 480))
  const { faces } = await server.api('GET', `/v1/photos/${id}?wait=30`)
  assert.equal(faces.length, 3)
  const middle = ({ left, width }) => left + width / 2
  const off = []
  for (const face of items) {
    const same = faces.reduce((a, b) => (Math.abs(middle(a.box) - middle(face.box)) < Math.abs(middle(b.box) - middle(face.box)) ? a : b))
    const far = same.emotions.filter(({ Type, Confidence }) => Math.abs(face.emotions.find((e) => e.Type === Type).Confidence - Confidence) >= 25)
    if (far.length) off.push({ page: face.emotions, server: same.emotions })
  }
  assert.ok(off.length <= items.length / 3, `read otherwise than by the server: ${JSON.stringify(off)}`)
}

browserTest('camera: moods are measured in the browser and nothing else is sent; it stops, and what was sent can be erased', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('camera', { server, browser })
  const sent = sentBy(page)
  const networks = new Set()
  page.context().on('request', (request) => request.url().includes('/models/') && networks.add(request.url().split('/').pop()))
  await page.getByText('stays on this device').first().waitFor()
  await page.getByText('All that reaches this server is').waitFor()
  await page.getByText('The camera is off', { exact: true }).waitFor()
  await axe(page)
  await page.getByLabel('Send every').selectOption({ label: '1 second' })
  await page.getByLabel('Name of the camera').fill('puerta norte')
  await page.getByRole('button', { name: 'Agree and start the camera' }).press('Enter')

  const seen = page.getByRole('list', { name: '3 faces in view' })
  await seen.getByRole('listitem').first().waitFor(slow)
  for (const text of await seen.getByRole('listitem').allInnerTexts()) assert.match(text, /^[a-z]+ \d+%$/)
  await page.getByText('faces sent').waitFor(slow)
  for (const name of await readdir(join(root, 'vision/model'))) {
    assert.equal((await fetch(`${server.url}/models/${name}`)).status, networks.has(name) ? 200 : 404, `${name}: what the page does not use is not served`)
  }
  await axe(page)
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Stop the camera')
  await page.keyboard.press('Enter')
  await page.getByText('The camera is off', { exact: true }).waitFor()
  await page.waitForFunction(() => document.activeElement.textContent === 'Agree and start the camera')
  assert.equal(await page.evaluate(() => document.querySelector('video').srcObject), null)

  const { items } = await server.api('GET', '/v1/moods')
  assert.ok(items.length >= 3 && items.length % 3 === 0, `${items.length} faces`)
  for (const face of items) {
    assert.deepEqual([face.source, face.image_id, face.measured_by, face.photo_id, face.age, face.gender.value], ['puerta norte', 'webcam', 'client', '', 0, ''])
    assert.ok(face.box.width > 0.1 && face.box.width < 0.3 && face.emotions.length === 7 && !face.unsure, JSON.stringify(face))
  }
  await saysTheSame(t, items)
  assert.equal((await server.api('GET', '/v1/photos')).items.length, 0)
  assert.ok(sent.every(([method, path, size]) => method === 'POST' && path === '/v1/moods' && size < 10_000), JSON.stringify(sent))

  await page.getByText('Correct what was read').click()
  await page.getByRole('listitem', { name: 'Face 1, counted from the last' }).getByLabel('What does it show?').last().selectOption('SAD')
  await page.getByText(/^Corrected: it is sad, not/).waitFor()
  await page.getByRole('listitem', { name: 'Face 2, counted from the last' }).getByRole('button', { name: 'Not a face' }).click()
  await page.getByText('Somebody said that it is not a face').waitFor()
  await page.getByText(`${items.length - 1} faces sent`).waitFor()
  await axe(page)
  const after = (await server.api('GET', '/v1/moods')).items
  assert.equal(after.length, items.length - 1)
  assert.deepEqual(after.filter((face) => face.correction).map((face) => [face.mood, face.correction.emotion]), [['SAD', 'SAD']])

  await page.getByRole('button', { name: 'Erase what was sent' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Erase what was sent' }).click()
  await page.getByText('What was sent is erased.').waitFor()
  assert.equal((await server.api('GET', '/v1/moods')).items.length, 0)
  await axe(page)
})

browserTest('camera: a picture is sent only when that is switched on; the camera stops when the page is left', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('camera', {
    server,
    browser,
    lang: 'es',
    theme: 'dark',
    ...phone,
    init: () => {
      // So that the test knows the camera's tracks.
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      globalThis.tracks = []
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted)
        globalThis.tracks.push(...stream.getTracks())
        return stream
      }
    },
  })
  const sent = sentBy(page)
  const also = page.getByLabel('Enviar también la imagen')
  await also.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
  assert.equal(await also.isChecked(), false)
  await also.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Enviar la imagen' }).click()
  await page.getByText('cada fotograma con rostros se envía entero').first().waitFor()
  assert.equal(await also.isChecked(), true)
  await axe(page)
  await fitsWidth(page)
  await page.getByRole('button', { name: 'De acuerdo, encender la cámara' }).click()
  await page.getByText('1 imagen enviada').waitFor(slow)
  await fitsWidth(page)
  await axe(page)
  assert.deepEqual(await page.evaluate(() => globalThis.tracks.map((track) => track.readyState)), ['live'])
  await page.getByRole('link', { name: 'Fotos' }).click()
  await page.getByRole('heading', { name: 'Fotos', level: 1 }).waitFor()
  assert.deepEqual(await page.evaluate(() => globalThis.tracks.map((track) => track.readyState)), ['ended'])

  const [photo] = (await server.api('GET', '/v1/photos')).items
  assert.equal(photo.source, 'camera')
  assert.ok(sent.every(([method, path]) => method === 'PUT' && path.startsWith('/v1/photos/webcam-')), JSON.stringify(sent))
  const done = await server.api('GET', `/v1/photos/${photo.id}?wait=20`)
  assert.equal(done.faces.length, 3)
  await page.getByRole('link', { name: 'Cámara' }).click()
  await page.getByRole('heading', { name: 'Cámara', level: 1 }).waitFor()
  assert.equal(await also.isChecked(), false, 'each visit begins without pictures')
})

browserTest('camera: while the server cannot be reached, what is measured waits, and is sent when it can', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('camera', { server, browser, allow: /Failed to load/ })
  await page.getByLabel('Send every').selectOption({ label: '1 second' })
  await page.route('**/v1/moods', (route) => route.abort())
  await page.getByRole('button', { name: 'Agree and start the camera' }).click()
  await page.getByText('The server cannot be reached').waitFor(slow)
  await page.getByText('3 faces to be sent; trying again').waitFor()
  await axe(page)
  await page.unroute('**/v1/moods')
  await page.getByText('6 faces sent').waitFor(slow)
  await page.getByText('to be sent; trying again').waitFor({ state: 'detached' })

  await page.route('**/v1/moods', (route) => route.abort())
  await page.getByText('to be sent; trying again').waitFor(slow)
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  await page.unroute('**/v1/moods')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('to be sent').waitFor({ state: 'detached' })
  const { items } = await server.api('GET', '/v1/moods')
  await page.getByText(`${items.length} faces sent`).waitFor() // each was sent once
})

browserTest('camera: what keeps it from working is said: no permission, no name, no networks', async ({ t, open }) => {
  const refused = await open('camera') // this browser gives nobody a camera
  await refused.getByLabel('Name of the camera').fill(' ')
  await refused.getByRole('button', { name: 'Agree and start the camera' }).click()
  await refused.getByText('Write a name').waitFor()
  await refused.getByLabel('Name of the camera').fill('camera')
  await refused.getByRole('button', { name: 'Agree and start the camera' }).click()
  await refused.getByRole('alert').filter({ hasText: /no permission|no camera/ }).waitFor()
  await refused.getByText('The camera is off', { exact: true }).waitFor()
  await axe(refused)

  const lost = await open('camera', { browser, allow: /Failed to load|404/ })
  await lost.context().route('**/models/*', (route) => route.abort())
  await lost.getByRole('button', { name: 'Agree and start the camera' }).click()
  await lost.getByRole('alert').filter({ hasText: 'The networks that see faces could not be loaded' }).waitFor(slow)
  await lost.getByText('The camera is off', { exact: true }).waitFor()
})

browserTest('camera: more faces than the server takes at once are sent in parts', async ({ t, open }) => {
  const server = await startServer('--max-moods', '2')
  t.after(() => server.stop())
  const page = await open('camera', { server, browser, allow: /413/ })
  await page.getByRole('button', { name: 'Agree and start the camera' }).click()
  await page.getByText('6 faces sent').waitFor(slow)
  assert.equal(await page.getByRole('alert').filter({ hasText: /./ }).count(), 0)
  assert.ok((await server.api('GET', '/v1/moods')).items.length >= 6)
})

browserTest('camera: a chosen camera that was unplugged gives way to another', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('camera', {
    server,
    browser,
    init: () => {
      // A second camera is plugged in until it is asked for.
      const devices = navigator.mediaDevices
      const list = devices.enumerateDevices.bind(devices)
      devices.enumerateDevices = async () => {
        const all = await list()
        return [...all, { kind: 'videoinput', deviceId: 'unplugged', label: 'Second camera', groupId: '' }]
      }
    },
  })
  const start = page.getByRole('button', { name: 'Agree and start the camera' })
  const seen = page.getByRole('list', { name: '3 faces in view' }).getByRole('listitem').first()
  await start.click()
  await seen.waitFor(slow)
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  await page.getByRole('combobox', { name: 'Camera', exact: true }).selectOption({ label: 'Second camera' })
  await start.click()
  await seen.waitFor(slow)
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  assert.equal(await page.getByRole('combobox', { name: 'Camera', exact: true }).inputValue(), '')
})
