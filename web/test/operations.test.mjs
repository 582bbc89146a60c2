import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import * as net from 'node:net'
import { EventEmitter, on, once } from 'node:events'
import { axe, browserTest, fitsWidth, phone, samplePhotos, startServer } from './harness.mjs'

/** Sends a training file that cannot be read, so that its event is given up. */
async function bad(server, name) {
  const res = await fetch(`${server.url}/v1/training/${name}`, { method: 'PUT', body: 'Muy bueno\t1\nsin etiqueta\n' })
  assert.equal(res.status, 202)
  await server.api('GET', `/v1/training/${name}?wait=20`)
}

/** A receiver of webhooks on this machine, which answers status; it is closed when the test ends. */
async function receiver(t, status = 204) {
  const got = []
  const came = new EventEmitter()
  const http = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk) => (body += chunk)).on('end', () => {
      got.push({ id: req.headers['webhook-id'], ...JSON.parse(body) })
      came.emit('message', got.at(-1))
      res.writeHead(receiver.status).end()
    })
  }).listen(0, '127.0.0.1')
  const receiver = {
    got,
    status,
    url: '',
    /** Waits for the next message that is as wanted. */
    async when(wanted) {
      for await (const [message] of on(came, 'message', { signal: AbortSignal.timeout(15_000) })) if (wanted(message)) return message
    },
  }
  await once(http, 'listening')
  receiver.url = `http://127.0.0.1:${http.address().port}/hook`
  t.after(() => http.close())
  return receiver
}

async function own(t, ...args) {
  const server = await startServer(...args)
  t.after(() => server.stop())
  return server
}

const dead = async (server, queue = 'ingest') => (await server.api('GET', `/v1/queues/${queue}/dead`)).items ?? []
const tile = (page, name) => page.locator('.tiles div', { has: page.getByText(name, { exact: true }) }).locator('dd')

browserTest('operations: queues and functions show what was done, how long it took and what failed', async ({ t, open }) => {
  const server = await own(t, '--purpose', 'event')
  const page = await open('operations', { server, allow: /ERR_CONNECTION|ERR_EMPTY_RESPONSE|50\d/ }) // the server restarts
  await page.getByText('Nothing was given up').waitFor()
  assert.equal(await tile(page, 'Dead letters').innerText(), '0')
  await server.photo((await samplePhotos())[0])
  await bad(server, 'mal.txt')
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) })
  await row('analyse').getByRole('cell', { name: / m?s$/ }).first().waitFor()
  await row('ingest').locator('.bad', { hasText: '1' }).waitFor()
  assert.equal(await tile(page, 'Dead letters').innerText(), '1')
  await page.getByText('sin etiqueta').or(page.getByText('line 2')).first().waitFor()
  await page.getByRole('heading', { name: 'Last errors' }).waitFor()
  await axe(page)
  // What waits is seen, too, with its age: another process does the work.
  await server.halt()
  await server.start('--functions', 'api', '--listen', new URL(server.url).host, '--purpose', 'event')
  await server.api('PUT', '/v1/training/espera.txt', new TextEncoder().encode('Muy bueno\t1\n'))
  await page.waitForFunction(() => [...document.querySelectorAll('.tiles dd')][0]?.textContent === '1')
  assert.match(await tile(page, 'Oldest').innerText(), /second|now/)
})

browserTest('operations: what is asked now and then is not asked anew at once by whatever the request reads, such as the language', async ({ open }) => {
  const page = await open('operations')
  await page.getByText('Nothing was given up').waitFor()
  const asked = () => page.waitForRequest((request) => request.url().endsWith('/v1/queues')).then(() => performance.now())
  const before = await asked()
  const again = asked()
  await page.getByLabel('Language').selectOption('es')
  await page.getByText('Nada se ha dado por perdido').waitFor()
  const pause = (await again) - before
  assert.ok(pause > 1500, `it was asked again after ${pause} ms and not after 2 s`)
})

browserTest('operations: dead letters tell why, and are tried again or dropped, one or all', async ({ t, open }) => {
  const server = await own(t)
  for (const name of ['uno.txt', 'dos.txt', 'tres.txt']) await bad(server, name)
  const page = await open('operations', { server, lang: 'es' })
  const item = (name) => page.locator('li', { hasText: name })
  await item('dos.txt').getByText('línea 2', { exact: false }).first().waitFor()
  await item('dos.txt').getByText('Evento').click()
  await item('dos.txt').locator('pre', { hasText: '"type": "dataset.stored"' }).waitFor()
  await axe(page)
  const before = await dead(server)
  await page.getByRole('button', { name: 'Intentar otra vez: dos.txt' }).click()
  await page.getByText('Otra vez en la cola: 1.').waitFor()
  const failedAt = (list) => list.find((d) => d.event.subject === 'dos.txt')?.time
  for (const end = Date.now() + 15_000; [undefined, failedAt(before)].includes(failedAt(await dead(server))); ) assert.ok(Date.now() < end, 'it fails again')
  await page.getByRole('button', { name: 'Descartar: uno.txt' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Descartar' }).click()
  await item('uno.txt').waitFor({ state: 'detached' })
  assert.deepEqual((await dead(server)).map((d) => d.event.subject).sort(), ['dos.txt', 'tres.txt'])
  await page.getByRole('button', { name: 'Intentar todas otra vez: ingest' }).click()
  await page.getByText('Otra vez en la cola: 2.').waitFor()
  await page.getByRole('button', { name: 'Descartar todas: ingest' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
  assert.equal((await dead(server)).length, 2)
  await page.getByRole('button', { name: 'Descartar todas: ingest' }).click()
  const drops = []
  page.on('request', (request) => request.method() === 'DELETE' && drops.push(new URL(request.url()).pathname))
  await page.getByRole('dialog').getByRole('button', { name: 'Descartar todas' }).click()
  await page.getByText('Descartadas: 2.').waitFor()
  assert.deepEqual(drops, ['/v1/queues/ingest/dead'], 'in one request, however many there are')
  await page.getByText('Nada se ha dado por perdido').waitFor()
  assert.deepEqual(await dead(server), [])
})

browserTest('operations: a webhook is subscribed, tested, told of a face, replayed, rotated and deleted', async ({ t, open }) => {
  const server = await own(t, '--purpose', 'event', '--allow-private-webhooks')
  const hook = await receiver(t)
  const page = await open('operations/subscriptions', { server, allow: /422/ })
  await page.getByText('Nobody is told yet').waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'New subscription' }).click()
  await page.getByLabel('URL').fill('no es una URL')
  await page.getByRole('button', { name: 'Make' }).click()
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
  await axe(page)
  await page.getByLabel('URL').fill(hook.url)
  await page.getByRole('button', { name: 'Make' }).click()
  const secret = page.getByRole('dialog').getByLabel('Secret of the signatures')
  await secret.waitFor()
  const first = await secret.inputValue()
  assert.match(first, /^whsec_/)
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: hook.url }).click()
  await page.getByText('Nothing was delivered yet').waitFor()
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^The test arrived, in/).waitFor()
  assert.equal(hook.got.at(-1).type, 'subscription.test')
  await server.photo((await samplePhotos())[0])
  await page.locator('li', { hasText: /face\.\w+/ }).getByText('Told').first().waitFor()
  const told = hook.got.filter((m) => m.type.startsWith('face.'))
  const again = hook.when((m) => told.some(({ id }) => id === m.id))
  await page.getByRole('button', { name: /^Replay: face/ }).first().click()
  await page.getByText('Replayed: 1.').waitFor()
  await page.waitForFunction(() => document.querySelectorAll('section[aria-labelledby=deliveries] li').length > 2)
  await again // with the same message id
  await axe(page)
  await page.getByRole('button', { name: 'Rotate the secret' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate the secret' }).click()
  await secret.waitFor()
  assert.notEqual(await secret.inputValue(), first)
  await page.keyboard.press('Escape')
  hook.status = 500
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^The test did not arrive: /).waitFor()
  await page.getByText('HTTP 500').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Nobody is told yet').waitFor()
  assert.deepEqual((await server.api('GET', '/v1/subscriptions')).items ?? [], [])
})

/** A mail server on this machine that takes whatever comes; mails has it. It is closed when the test ends. */
async function mailbox(t) {
  const mails = []
  const smtp = net.createServer((socket) => {
    const say = (text) => socket.write(`${text}\r\n`)
    let rest = ''
    let mail = null
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()
      for (const line of lines) {
        if (mail !== null && line !== '.') mail.push(line)
        else if (mail !== null) {
          mails.push(mail.join('\n'))
          mail = null
          say('250 taken')
        } else if (/^DATA/i.test(line)) {
          mail = []
          say('354 go on')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else say('250 ok')
      }
    })
    say('220 mailbox')
  }).listen(0, '127.0.0.1')
  await once(smtp, 'listening')
  t.after(() => smtp.close())
  return { mails, port: smtp.address().port }
}

browserTest('operations: a person is told by e-mail, of the faces that were asked for', async ({ t, open }) => {
  const box = await mailbox(t)
  const server = await own(t, '--purpose', 'event', '--smtp-host', '127.0.0.1', '--smtp-port', String(box.port), '--smtp-tls', 'none', '--smtp-from', 'animo@example.com', '--public-url', 'http://127.0.0.1:1')
  const page = await open('operations/subscriptions', { server, lang: 'es' })
  await page.getByRole('button', { name: 'Nueva suscripción' }).click()
  await page.getByLabel('A quién').selectOption('email')
  await page.getByLabel('Dirección de correo').fill('ana@example.com')
  await page.getByLabel('Asunto').fill('Caras felices')
  await page.getByLabel('Ánimo').selectOption('HAPPY')
  await page.getByLabel('Confianza mínima, %').fill('20')
  await axe(page)
  await page.getByRole('button', { name: 'Crear' }).click()
  await page.getByRole('link', { name: /ana@example.com/ }).click()
  const [made] = (await server.api('GET', '/v1/subscriptions')).items
  assert.deepEqual([made.kind, made.target, made.subject, made.language, made.filter], ['email', 'ana@example.com', 'Caras felices', 'es', { mood: 'HAPPY', min_confidence: 20 }])
  await page.getByRole('button', { name: 'Probar' }).click()
  await page.getByText(/^La prueba llegó/).waitFor()
  assert.match(box.mails.at(-1), /^To: .*ana@example\.com/m)
  assert.equal(await page.getByRole('button', { name: 'Cambiar el secreto' }).count(), 0, 'only webhooks have one')
})

browserTest('operations: a webhook that says it is gone is paused, and resumed once it is back', async ({ t, open }) => {
  const server = await own(t, '--purpose', 'event', '--allow-private-webhooks')
  const hook = await receiver(t, 410)
  const { id } = await server.api('POST', '/v1/subscriptions', { kind: 'webhook', target: hook.url })
  await server.photo((await samplePhotos())[0])
  const page = await open(`operations/subscriptions/${id}`, { server })
  await page.getByText('Paused', { exact: true }).waitFor()
  await axe(page)
  hook.status = 204
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Active', { exact: true }).waitFor()
  await page.getByText('Told', { exact: true }).first().waitFor()
})

browserTest('operations: the administrator makes, changes and deletes tenants, and makes keys, which are shown once, and revokes them', async ({ t, open }) => {
  const server = await own(t)
  const page = await open('operations/tenants', { server, allow: /4\d\d/ })
  await page.getByRole('link', { name: /^default/ }).waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'New tenant' }).click()
  await page.getByLabel('Name').fill('Hotel Sol')
  await page.getByRole('button', { name: 'Make' }).click()
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
  assert.equal(await page.getByLabel('Name').getAttribute('aria-invalid'), 'true')
  await axe(page)
  await page.getByLabel('Name').fill('hotel-sol')
  await page.getByLabel('What it analyses faces for').selectOption('event')
  await page.getByRole('button', { name: 'Make' }).click()
  await page.getByText('No keys').waitFor()
  await axe(page)
  await page.getByLabel('Photos a minute').fill('7')
  await page.getByLabel('Keep photos for').fill('24h')
  await page.getByLabel('Naming of faces').selectOption({ label: 'Only when very sure' })
  await page.getByText('3 of 1,000 strangers get a name').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  const sol = (await server.api('GET', '/v1/tenants')).items.find((x) => x.id === 'hotel-sol')
  assert.deepEqual([sol.purpose, sol.photos_per_minute, sol.keep_photos, sol.naming], ['event', 7, '24h0m0s', 'strict'])

  // The first key signs its maker in, and stays to be copied.
  await page.goto(`${server.url}/#/operations/tenants/default`)
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByText('There is no key yet').waitFor()
  await page.getByLabel('What it is for').fill('jefa')
  await axe(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click()
  const field = page.getByRole('dialog').getByLabel('The new key')
  await field.waitFor()
  const admin = { Authorization: `Bearer ${await field.inputValue()}` }
  assert.deepEqual((await server.api('GET', '/v1/tenants/default/keys', undefined, admin)).items.map((k) => [k.note, k.administrator]), [['jefa', true]])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Sign out' }).waitFor()

  await page.goto(`${server.url}/#/operations/tenants/hotel-sol`)
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByLabel('What it is for').fill('puerta')
  await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click()
  await field.waitFor()
  const plain = await field.inputValue()
  await page.keyboard.press('Escape')
  assert.ok(!(await page.content()).includes(plain), 'it is not shown again')
  await page.locator('li', { hasText: 'puerta' }).waitFor()

  // Who has that key does not see what it cannot do.
  const guest = await open('operations', { server, allow: /401|403/ })
  await guest.getByLabel('API key').fill(plain)
  await guest.getByLabel('API key').press('Enter')
  await guest.getByRole('link', { name: 'Subscriptions' }).waitFor()
  assert.equal(await guest.getByRole('link', { name: 'Tenants' }).count(), 0)
  await guest.goto(`${server.url}/#/operations/tenants`)
  await guest.getByText('This part is for who administers Animo').waitFor()

  await page.getByRole('button', { name: /^Revoke: / }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('No keys').waitFor()
  await assert.rejects(server.api('GET', '/v1/queues', undefined, { Authorization: `Bearer ${plain}` }), /401/)
  await page.getByRole('button', { name: 'Delete the tenant' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the tenant' }).click()
  await page.getByRole('link', { name: /^default/ }).waitFor()
  assert.deepEqual((await server.api('GET', '/v1/tenants', undefined, admin)).items.map((x) => x.id), ['default'])
})

browserTest('operations: on a phone, dark, in Spanish, all of it fits and axe finds nothing', async ({ t, open }) => {
  const server = await own(t, '--allow-private-webhooks')
  await bad(server, 'un-nombre-de-archivo-bastante-largo-de-las-opiniones-de-enero.txt')
  const target = 'http://127.0.0.1:9/una/direccion/bastante/larga/que/no/cabe/en/una/linea'
  const { id } = await server.api('POST', '/v1/subscriptions', { kind: 'webhook', target, filter: { mood: 'HAPPY', source: 'puerta-norte' } })
  await server.api('POST', `/v1/subscriptions/${id}/test`)
  const page = await open('operations', { server, lang: 'es', theme: 'dark', ...phone })
  for (const [place, text] of [['operations', /línea 2/], ['operations/subscriptions', /una\/direccion/], [`operations/subscriptions/${id}`, /No entregado/], ['operations/tenants', /default/], ['operations/tenants/default', /Sin claves/]]) {
    await page.goto(`${server.url}/#/${place}`)
    await page.getByText(text).first().waitFor()
    await fitsWidth(page)
    await axe(page)
  }
})

browserTest('operations: the keyboard goes from part to part, and each says itself by taking the focus', async ({ open }) => {
  const page = await open('operations')
  await page.getByRole('link', { name: 'Subscriptions' }).press('Enter')
  await page.getByText('Nobody is told yet').waitFor()
  await page.waitForFunction(() => document.activeElement.tagName === 'H1')
  await page.getByRole('button', { name: 'New subscription' }).press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'New subscription' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'New subscription', 'the focus is where it was')
})
