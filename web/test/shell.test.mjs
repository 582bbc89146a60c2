import assert from 'node:assert/strict'
import { axe, browserTest, fitsWidth, phone, startServer } from './harness.mjs'

const places = ['live', 'photos', 'camera', 'people', 'opinions', 'operations']

browserTest('every page opens, and axe finds nothing, in both languages and themes, on a phone, too', async ({ open }) => {
  for (const options of [{ lang: 'en', theme: 'light' }, { lang: 'es', theme: 'dark', ...phone }]) {
    const page = await open('live', options)
    for (const place of places) {
      await page.locator(`nav a[href="#/${place}"]`).click()
      await page.locator(`nav a[href="#/${place}"][aria-current=page]`).waitFor()
      const title = await page.locator('nav a[aria-current=page]').innerText()
      await page.locator('main h1', { hasText: title }).waitFor()
      await axe(page)
      await fitsWidth(page)
    }
  }
})

browserTest('the language is the browser’s until another is chosen, which is kept', async ({ open }) => {
  const page = await open('photos', { lang: 'es' })
  await page.getByRole('heading', { name: 'Fotos', exact: true }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'es')
  await page.getByLabel('Idioma').selectOption('en')
  await page.getByRole('heading', { name: 'Photos', exact: true }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Photos', exact: true }).waitFor()
  assert.equal(await page.title(), 'Photos · Animo')
})

browserTest('the theme is the system’s until another is chosen, which is kept', async ({ open }) => {
  const page = await open('live', { theme: 'dark' })
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const dark = await background()
  await page.getByRole('button', { name: 'Theme: Automatic' }).click()
  await page.getByRole('button', { name: 'Theme: Light' }).waitFor()
  const light = await background()
  assert.notEqual(light, dark)
  await page.reload()
  await page.getByRole('button', { name: 'Theme: Light' }).waitFor()
  assert.equal(await background(), light)
})

browserTest('the keyboard skips to the content, and a new page says itself by taking the focus', async ({ open }) => {
  const page = await open('live')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
  await page.getByRole('link', { name: 'People', exact: true }).press('Enter')
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'People')
})

browserTest('a server with keys asks for one, says when it is wrong, keeps it in a cookie that scripts cannot read, and forgets it', async ({ t, open }) => {
  const server = await startServer()
  t.after(() => server.stop())
  const key = (await server.cli('keys', 'add')).match(/animo_\S+/)[0]
  const page = await open('live', { server, allow: /401/ })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Write the key.').waitFor()
  await page.getByLabel('API key').fill('animo_wrong')
  await page.getByLabel('API key').press('Enter')
  await page.getByRole('alert').filter({ hasText: 'key' }).waitFor()
  await axe(page)
  await page.getByLabel('API key').fill(key)
  await page.getByLabel('API key').press('Enter')
  await page.getByRole('heading', { name: 'Live', exact: true }).waitFor()
  assert.equal(await page.evaluate(() => document.cookie), '')
  await page.reload()
  await page.getByRole('heading', { name: 'Live', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('API key').waitFor()
})

browserTest('before anybody sends faces, the page says that the tenant has stated no purpose, until it has', async ({ t, open }) => {
  const server = await startServer()
  t.after(() => server.stop())
  await server.cli('tenants', 'add', 'sol')
  const key = (await server.cli('keys', 'add', 'sol')).match(/animo_\S+/)[0]
  const page = await open('photos', { server, allow: /401/ })
  await page.getByLabel('API key').fill(key)
  await page.getByLabel('API key').press('Enter')
  const said = page.getByRole('alert').filter({ hasText: 'Tenant “sol” has stated no purpose' })
  for (const place of ['photos', 'people', 'camera']) {
    await page.locator(`nav a[href="#/${place}"]`).click()
    await page.locator(`nav a[href="#/${place}"][aria-current=page]`).waitFor()
    await said.waitFor()
    await axe(page)
  }
  const start = page.getByRole('button', { name: 'Agree and start the camera' })
  assert.ok(await start.isDisabled())
  await server.cli('tenants', 'set', 'sol', '--purpose', 'event')
  for (const place of ['photos', 'camera']) await page.locator(`nav a[href="#/${place}"]`).click()
  await said.waitFor({ state: 'detached' })
  assert.ok(await start.isEnabled())
})

browserTest('a clock that jumped is told to whoever operates, in both languages, and no more once it is trusted', async ({ open }) => {
  const page = await open('operations', { lang: 'en' })
  let held = true
  await page.route('**/v1/session', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), clock_held: held } })
  })
  await page.reload()
  await page.getByText('The server’s clock jumped.').waitFor()
  await axe(page)
  await page.getByLabel('Language').selectOption('es')
  await page.getByText('El reloj del servidor dio un salto.').waitFor()
  held = false
  await page.reload()
  await page.getByRole('heading', { name: 'Operación', exact: true }).waitFor()
  assert.equal(await page.getByText('El reloj del servidor').count(), 0)
})
