import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before } from 'node:test'
import { skip } from './browser.mjs'
import { cut } from './fakecamera.mjs'
import { axe, browserTest, fitsWidth, phone, samplePhotos, startServer } from './harness.mjs'

const photos = await samplePhotos()
let elena, another, unnamed // one face each, cut out of the sample photos

before(async () => {
  if (skip) return
  elena = await cut(photos[2], [900, 60, 600, 640])
  another = await cut(photos[5], [1030, 140, 480, 600])
  unnamed = await cut(photos[0], [0, 0, 200, 200]) // no face is in it
})

const file = (name, buffer) => ({ name, mimeType: 'image/jpeg', buffer })

/** A server without people, of the test's own. */
async function fresh(t) {
  const server = await startServer()
  t.after(() => server.stop())
  return server
}

browserTest('people: somebody is introduced by a few photos, and what does not serve says why', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('people', { server, allow: /422/ })
  await page.getByText('Nobody is known yet').waitFor()
  await axe(page)

  await page.getByRole('button', { name: 'Introduce', exact: true }).click()
  await page.getByText('Write a name.').waitFor()
  await page.getByText('Add at least one photo.').waitFor()
  await page.getByLabel('Name').fill('Elena')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose photos' }).press('Enter')])
  assert.equal((await server.api('GET', '/v1/people')).items.length, 0)
  await chooser.setFiles([file('elena.jpg', elena), file('group.jpg', await readFile(photos[0])), file('nobody.jpg', unnamed)])
  await page.getByRole('list', { name: 'Photos added' }).getByText('To be sent').first().waitFor()
  await page.getByRole('button', { name: 'Introduce Elena' }).click()

  await page.getByText('Elena is known by 1 example now').waitFor({ timeout: 60_000 })
  const rows = page.getByRole('list', { name: 'Photos added' }).getByRole('listitem')
  await rows.filter({ hasText: 'elena.jpg' }).getByText('It serves').waitFor()
  await rows.filter({ hasText: 'group.jpg' }).getByText('there are 3 faces in it').waitFor()
  await rows.filter({ hasText: 'nobody.jpg' }).getByText('there is no face in it').waitFor()
  await page.getByText('2 photos do not serve.').waitFor()
  await axe(page)

  // The list has them, with their face.
  const known = page.getByRole('region', { name: 'People you introduced' }).getByRole('link', { name: 'Elena' })
  await known.getByText('1 example').waitFor()
  await page.waitForFunction(() => document.querySelector('.person img')?.naturalWidth > 0)
  assert.equal((await server.api('GET', '/v1/people/Elena')).examples, 1)
})

browserTest('people: dropped photos are taken, and one that is added by keyboard can be removed again', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('people', { server, lang: 'es', ...phone })
  const dropped = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'elena.jpg', { type: 'image/jpeg' }))
    return data
  }, elena.toString('base64'))
  await page.locator('.zone').dispatchEvent('drop', { dataTransfer: dropped })
  await page.getByText('elena.jpg').waitFor()
  await page.getByRole('button', { name: 'Quitar elena.jpg' }).press('Enter')
  await page.getByText('elena.jpg').waitFor({ state: 'detached' })
  await page.locator('.zone').dispatchEvent('drop', { dataTransfer: dropped })
  await page.getByLabel('Nombre').fill('Elena')
  await page.getByLabel('Nombre').press('Enter')
  await page.getByText('Elena ya tiene 1 ejemplo').waitFor({ timeout: 60_000 })
  await fitsWidth(page)
  await axe(page)
})

browserTest('people: a name that cannot be one and a server that is gone are said, and the photos can be sent again', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('people', { server, allow: /400|Failed to load/ })
  await page.getByLabel('Name').fill('a/b')
  await page.locator('input[type=file]').setInputFiles([file('elena.jpg', elena)])
  await page.getByRole('button', { name: 'Introduce a/b' }).click()
  await page.getByRole('alert').filter({ hasText: 'cannot be a person’s name' }).or(page.getByRole('alert').filter({ hasText: "cannot be a person's name" })).waitFor()
  assert.equal(await page.getByLabel('Name').getAttribute('aria-invalid'), 'true')

  await page.getByLabel('Name').fill('Elena')
  await page.route('**/v1/people/*/photos', (route) => route.abort())
  await page.getByRole('button', { name: 'Introduce Elena' }).click()
  await page.getByText('The server cannot be reached').waitFor()
  await page.unroute('**/v1/people/*/photos')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Elena is known by 1 example now').waitFor({ timeout: 60_000 })
})

browserTest('people: a wrong example is removed after a question', async ({ t, open }) => {
  const server = await fresh(t)
  await server.api('POST', '/v1/people/Elena/photos', elena)
  const page = await open('people/Elena', { server })
  await page.getByRole('button', { name: /^Remove the example of/ }).click()
  await page.getByRole('dialog', { name: 'Remove this example of Elena?' }).getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: /^Remove the example of/ }).waitFor({ state: 'detached' })
  assert.equal((await server.api('GET', '/v1/people/Elena')).examples, 0)
  await axe(page)
})

browserTest('people: a person has examples and matches, which follow; a wrong match can be said', async ({ t, open }) => {
  const server = await fresh(t)
  await server.api('POST', '/v1/people/Elena/photos', elena)
  const page = await open('people/Elena', { server })
  await page.getByText('Not seen yet').waitFor()
  await axe(page)
  await server.photo(photos[2], { source: 'stage' })
  const match = page.locator('.match', { hasText: '100% similar' })
  await match.waitFor({ timeout: 30_000 })
  await match.getByText('Happy').waitFor()
  await match.getByText('stage').waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll('.match img')].every((image) => image.naturalWidth > 0))
  const [face, picture] = [await match.locator('.box').boundingBox(), await match.locator('img').boundingBox()]
  assert.ok(Math.abs((face.x - picture.x) / picture.width - 1094 / 1920) < 0.05, 'the box is where the face is')
  await axe(page)

  // One more photo of the person, where the face is known already by another.
  await page.getByRole('button', { name: 'Add photos' }).click()
  await page.locator('input[type=file]').setInputFiles([file('again.jpg', await cut(photos[2], [920, 80, 560, 600]))])
  await page.getByText('Elena is known by').waitFor({ timeout: 60_000 })

  const id = (await server.api('GET', '/v1/moods?person=Elena')).items.find((face) => face.image_data.celebrities_info[0].similarity > 99).face_id
  await match.getByRole('button', { name: 'Not Elena in sample3.jpg' }).click()
  await page.getByText('Noted: that face is not Elena’s.').waitFor()
  await match.waitFor({ state: 'detached', timeout: 30_000 })
  assert.ok(!(await server.api('GET', '/v1/moods?person=Elena')).items.some((face) => face.face_id === id))
})

browserTest('people: somebody is renamed, merged into another, and forgotten with a receipt', async ({ t, open }) => {
  const server = await fresh(t)
  await server.api('POST', '/v1/people/Elena/photos', elena)
  await server.api('POST', '/v1/people/Berta/photos', another)
  const page = await open('people', { server, theme: 'dark', allow: /409|Failed to load/ })
  await page.getByRole('link', { name: 'Elena' }).click()
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Elena')

  await page.getByRole('button', { name: 'Rename' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('New name').fill('Berta')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  const fault = dialog.getByRole('alert').filter({ hasText: 'merge' }) // there is somebody of that name
  await fault.waitFor()
  const field = dialog.getByLabel('New name')
  assert.deepEqual([await field.getAttribute('aria-invalid'), await field.getAttribute('aria-describedby')], ['true', await fault.getAttribute('id')], 'the field says which fault is its own')
  await axe(page)
  await dialog.getByLabel('New name').fill('Elena María ¿?')
  await dialog.getByLabel('New name').press('Enter')
  await page.getByRole('heading', { name: 'Elena María ¿?', level: 1 }).waitFor()
  await page.getByText('1 example · since').waitFor()

  await page.route('**/v1/people?*', (route) => route.abort())
  await page.getByRole('button', { name: 'Merge' }).click()
  await dialog.getByText('The server cannot be reached').waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Merge' }).count(), 0, 'nobody can be chosen')
  await page.unroute('**/v1/people?*')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Merge' }).click()
  await dialog.getByRole('button', { name: 'Merge' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Choose a person' }).waitFor()
  await axe(page)
  await dialog.getByRole('combobox').selectOption('Berta')
  await dialog.getByRole('button', { name: 'Merge' }).click()
  await page.getByRole('heading', { name: 'Berta', level: 1 }).waitFor()
  await page.getByText('2 examples · since').waitFor()
  assert.deepEqual((await server.api('GET', '/v1/people')).items.map((p) => p.name), ['Berta'])

  await page.getByRole('button', { name: 'Forget' }).click()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Forget' }).click()
  await axe(page)
  await dialog.getByRole('button', { name: 'Forget' }).click()
  const receipt = page.getByRole('status').filter({ hasText: 'Berta is forgotten' })
  await receipt.waitFor()
  const [kept] = (await server.api('GET', '/v1/receipts')).items
  await receipt.getByText(kept.id).waitFor()
  await page.getByText('Nobody is known yet').waitFor()
  await axe(page)
  assert.equal((await server.api('GET', '/v1/people')).items.length, 0)
})

browserTest('people: who does not exist is said, on a phone and in Spanish, too', async ({ t, open }) => {
  const server = await fresh(t)
  const page = await open('people/Nadie', { server, lang: 'es', theme: 'dark', ...phone, allow: /404/ })
  await page.getByRole('alert').filter({ hasText: 'no se ha presentado a nadie llamado' }).waitFor()
  await fitsWidth(page)
  await axe(page)
  await page.getByRole('link', { name: 'Todas las personas' }).click()
  await page.getByText('Aún no conoce a nadie').waitFor()
})
