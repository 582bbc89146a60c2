// Takes the pictures of the page that the README shows, into docs/screenshots: each page as it is on a desk, dark, and
// on a phone. Each page prepares in `pages` what is to be seen: it gets the server before it is opened, and the opened
// page.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPage, phone } from '../test/browser.mjs'
import { cut, launchWithCamera } from '../test/fakecamera.mjs'
import { root, samplePhotos, startServer } from '../test/server.mjs'

const none = async () => {}
const pages = {
  live: { before: anEvening, opened: (page) => page.locator('.latest img.there').first().waitFor() },
  photos: { before: none, opened: none },
  photo: { before: someoneKnown, opened: (page) => page.locator('.faces img.there').first().waitFor() },
  camera: { before: none, opened: watching },
  people: { before: introduced, opened: none },
  person: { before: async (server) => (await introduced(server), 'people/Elena'), opened: (page) => page.locator('.match img').first().waitFor() },
  opinions: { before: twoVersions, opened: tried },
  operations: { before: somethingGivenUp, opened: (page) => page.getByText('sorpresa.txt').first().waitFor() },
}

// A photo of several people, one of whom is known by name.
async function someoneKnown(server) {
  const photos = (await server.api('GET', '/v1/photos')).items
  const all = await Promise.all(photos.map(({ id }) => server.api('GET', `/v1/photos/${id}`)))
  const { id, faces } = all.sort((a, b) => b.faces.length - a.faces.length)[0]
  if (!faces[0].people.length) await server.api('POST', `/v1/faces/${faces[0].id}/person`, { name: 'Lucía' })
  return `photos/${id}`
}

// An hour of faces as a camera measures them: a concert that begins well, has a sad song, and ends with a surprise.
async function anEvening(server) {
  const now = Date.now()
  let seed = 7
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
  const items = []
  for (let minute = 59; minute >= 0; minute--) {
    const sad = Math.exp(-(((minute - 32) / 5) ** 2))
    const surprised = Math.exp(-(((minute - 6) / 4) ** 2))
    const faces = 6 + Math.round(10 * random() + 12 * (1 - minute / 60))
    for (let n = 0; n < faces; n++) {
      const r = random()
      const type = r < 0.62 * sad + 0.05 ? 'SAD' : r < 0.62 * sad + 0.05 + 0.4 * surprised + 0.03 ? 'SURPRISED' : r < 0.86 ? 'HAPPY' : 'CALM'
      items.push({
        image_id: `camera-${minute}-${n}`,
        source: ['balcony', 'front row', 'stage left'][Math.floor(random() * 3)],
        taken_at: new Date(now - minute * 60_000 - Math.round(50_000 * random())).toISOString(),
        emotions: [{ Type: type, Confidence: Math.round(700 + 299 * random()) / 10 }],
      })
    }
  }
  for (let i = 0; i < items.length; i += 100) await server.api('POST', '/v1/moods', { items: items.slice(i, i + 100) })
}

// Four people, cut out of the sample photos.
async function introduced(server) {
  const photos = await samplePhotos()
  const parts = { Elena: [2, 900, 60, 600, 640], Diana: [2, 1380, 180, 500, 560], 'Berta Ruiz': [5, 1030, 140, 480, 600], Carmen: [5, 1360, 140, 460, 560] }
  for (const [name, [photo, ...part]] of Object.entries(parts)) await server.api('POST', `/v1/people/${encodeURIComponent(name)}/photos`, await cut(photos[photo], part))
}

async function watching(page) {
  await page.locator('.consent button').click()
  await page.locator('.moods').waitFor({ timeout: 120_000 })
}

/** Trains a model, and ends when the training has. */
async function trained(server, name, rows) {
  await server.api('PUT', `/v1/training/${name}`, new TextEncoder().encode(rows.join('\n') + '\n'))
  while (!['done', 'failed'].includes((await server.api('GET', `/v1/training/${name}?wait=20`)).status));
}

// A model that learned of few opinions, some of them labelled wrong, and then of all of them.
async function twoVersions(server) {
  const rows = (await readFile(join(root, 'samples/opiniones.txt'), 'utf8')).trim().split('\n')
  const wrong = (every) => rows.map((row, i) => (i % every ? row : row.slice(0, -1) + (row.endsWith('1') ? '0' : '1')))
  await trained(server, 'hoteles.txt', wrong(4).slice(0, 80))
  await trained(server, 'hoteles.txt', wrong(20))
  await server.api('POST', '/v1/models/hoteles.txt/corrections', { text: 'Ni fu ni fa, pero no volvería.', label: 'Negativo' })
  return 'opinions/hoteles.txt'
}

async function tried(page, server) {
  await page.locator('textarea').fill('La comida excelente, pero las camas mal arregladas y el baño muy sucio.\nCamareros atentos y un desayuno abundante: volveremos.')
  await page.locator('form button').click()
  await page.locator('p mark').first().waitFor()
  const { versions } = await server.api('GET', '/v1/models/hoteles.txt')
  await page.locator('select').last().selectOption(versions.at(-1).version)
}

// A file that cannot be read.
function somethingGivenUp(server) {
  return trained(server, 'sorpresa.txt', ['Muy buen hotel\t1', 'sin etiqueta'])
}

const folder = process.env.SCREENSHOTS ?? join(root, 'docs/screenshots')
const wanted = process.argv.slice(2) // names of pages; all of them if none is said
await mkdir(folder, { recursive: true })
const server = await startServer()
const temporary = await mkdtemp(join(tmpdir(), 'animo-screenshots-'))
const browser = await launchWithCamera(join(temporary, 'film.mjpeg'), (await samplePhotos())[2], [380, 100, 1500, 1125])
try {
  for (const photo of await samplePhotos()) await server.photo(photo, { source: 'stage left' })
  for (const [name, { before, opened }] of Object.entries(pages)) {
    if (wanted.length && !wanted.includes(name)) continue
    const place = (await before(server)) ?? name
    for (const [suffix, options] of Object.entries({ '': {}, '-dark': { theme: 'dark', lang: 'es' }, '-phone': { ...phone, height: 780 } })) {
      const page = await openPage(server, browser, place, { ...options, height: options.height ?? 860 })
      await opened(page, server)
      await page.evaluate(() => Promise.all([...document.images].filter((image) => !image.complete).map((image) => new Promise((done) => (image.onload = image.onerror = done)))))
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`), animations: 'disabled' })
      await page.context().close()
    }
  }
} finally {
  await browser.close()
  await server.stop()
  await rm(temporary, { recursive: true, force: true })
}
