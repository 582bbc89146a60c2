import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { axe, browserTest, fitsWidth, phone, root } from './harness.mjs'

/** The sample opinions, of which one in five has the wrong label, so that scores are not all perfect; times as often. */
async function labelled(times = 1) {
  const lines = (await readFile(join(root, 'samples/opiniones.txt'), 'utf8')).trim().split('\n')
  const wrong = (line, i) => (i % 5 ? line : line.slice(0, -1) + (line.endsWith('1') ? '0' : '1'))
  return Array.from({ length: times }, (_, n) => lines.map((line, i) => wrong(n ? `${n} ${line}` : line, i))).flat().join('\n') + '\n'
}

/** Drops a file on the page's first place for files, or on another one, as the mouse does. */
async function drop(page, name, content, zone = page.locator('.zone').first()) {
  const data = await page.evaluateHandle(([name, content]) => {
    const data = new DataTransfer()
    data.items.add(new File([content], name, { type: 'text/plain' }))
    return data
  }, [name, content])
  await zone.dispatchEvent('drop', { dataTransfer: data })
}

async function trained(server, name, content) {
  const res = await fetch(`${server.url}/v1/training/${name}`, { method: 'PUT', body: content })
  assert.equal(res.status, 202, await res.clone().text())
  return ended(server, name)
}

async function ended(server, name) {
  for (;;) {
    const training = await server.api('GET', `/v1/training/${name}?wait=20`)
    if (['held', 'done', 'failed'].includes(training.status)) return training
  }
}

browserTest('opinions: with nothing there it says what to do; a dropped file is trained while one watches, and its model opens', async ({ open, server }) => {
  const page = await open('opinions')
  await page.getByText('No models yet').waitFor()
  await axe(page)
  // What the page says of the training while it runs, whenever that changes.
  await page.evaluate(() => {
    globalThis.said = new Set()
    new MutationObserver(() => document.querySelectorAll('ol[aria-label=Steps] [aria-current=step]').forEach((li) => globalThis.said.add(li.innerText.trim()))).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  })
  await drop(page, 'hoteles.txt', await labelled(120)) // long enough that the page, which asks now and then, sees the folds
  await page.getByRole('progressbar', { name: 'Training of hoteles.txt' }).waitFor()
  await page.getByText('hoteles.txt is trained.').waitFor({ timeout: 60_000 })
  const said = await page.evaluate(() => [...globalThis.said])
  for (const step of [/^Choose method and measure \d+ of \d+$/, /^Measure \d+ of 10$/]) {
    assert.ok(said.some((text) => step.test(text)), `progress was shown: ${said}`)
  }
  const { report } = (await server.api('GET', '/v1/models/hoteles.txt')).versions[0]
  await page.getByRole('link', { name: /^hoteles.txt/ }).click()
  await page.getByRole('heading', { name: 'hoteles.txt' }).waitFor()
  const accuracy = page.getByRole('img', { name: /^Accuracy in each part: / })
  await accuracy.waitFor()
  assert.equal(await accuracy.locator('circle').count(), 10, 'a point for each fold')
  await page.getByText(report.verdict.en).waitFor()
  assert.equal(await page.locator('table.labels tbody tr').count(), 2, 'figures of both labels')
  await page.getByText('Whether the probabilities are true').click()
  assert.equal(await page.locator('svg', { has: page.locator('title', { hasText: /^said / }) }).locator('circle').count(), report.figures.bins.length)
  const cells = await page.locator('table.matrix strong').allInnerTexts()
  assert.deepEqual(cells.map((text) => Number(text.replaceAll(',', ''))), ['positive_positive', 'positive_negative', 'negative_positive', 'negative_negative'].map((k) => report.confusion[k]))
  await page.getByText('Figures of each part').click()
  assert.equal(await page.locator('details tbody tr').count(), 10)
  await axe(page)
})

browserTest('opinions: method and parts are chosen behind a disclosure, for a file that is dropped and to train anew', async ({ open, server }) => {
  const page = await open('opinions', { allow: /422/ })
  await page.getByText('More options: method auto, 10 parts').click()
  const offered = await page.getByLabel('Method').locator('option').evaluateAll((options) => options.map((o) => o.value))
  const { message } = await server.api('POST', '/v1/models', { id: 'x', trainer: 'nope' }).then(() => assert.fail('such a trainer is refused'), (err) => err)
  assert.deepEqual(offered.toSorted(), /use one of ([\w, ]+)/.exec(message)[1].split(', ').toSorted(), 'the methods that the server has')
  await page.getByLabel('Method').selectOption('nb')
  await page.getByLabel('Parts').fill('101')
  await drop(page, 'receta.txt', await labelled())
  await page.getByRole('alert').filter({ hasText: 'folds is 101; use 2 to 100' }).waitFor()
  await page.getByLabel('Parts').fill('4')
  // The page is answered once it is trained, so that it never sees that it runs.
  const sent = page.waitForResponse((res) => res.request().method() === 'PUT')
  await page.route('**/v1/training', async (route) => {
    await sent
    await ended(server, 'receta.txt')
    await route.continue()
  })
  await drop(page, 'receta.txt', await labelled())
  await page.getByText('receta.txt is trained.').waitFor()
  await axe(page)
  await page.getByRole('link', { name: /^receta.txt/ }).click()
  await page.getByText('More options: method nb, 4 parts').click() // as before
  await page.getByLabel('Parts').fill('')
  await page.getByLabel('Method').selectOption('lexnb')
  await page.getByRole('button', { name: 'Train anew' }).click()
  await page.getByRole('combobox', { name: 'Compare with' }).waitFor()
  const { versions } = await server.api('GET', '/v1/models/receta.txt')
  assert.deepEqual(versions.map((v) => [v.trainer, v.folds, v.report.folds.length]), [['lexnb', 10, 10], ['nb', 4, 4]])
})

browserTest('opinions: a file that cannot be learned from is named with its line and what to do, one that is refused, too', async ({ open }) => {
  const page = await open('opinions', { lang: 'es', allow: /422|4\d\d/ })
  await drop(page, 'mal.txt', 'Muy bueno\t1\nsin etiqueta\nMuy malo\t0\n')
  await page.getByText('línea 2').first().waitFor()
  await page.getByText('Corrija la línea 2 de mal.txt y suelte el archivo otra vez.').waitFor()
  await drop(page, 'nada.txt', '')
  await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor()
  await page.getByRole('button', { name: 'Quitar de la lista: nada.txt' }).click()
  await page.getByRole('button', { name: 'Quitar de la lista: nada.txt' }).waitFor({ state: 'detached' })
  await axe(page)
  await page.getByRole('button', { name: 'Quitar de la lista: mal.txt' }).click()
  await page.getByText('Corrija la línea 2').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Olvidar mal.txt' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Olvidar' }).click()
  await page.getByRole('button', { name: 'Olvidar mal.txt' }).waitFor({ state: 'detached' })
})

browserTest('opinions: texts are tried, words are marked by weight, a wrong answer is corrected, learned and removed', async ({ open, server }) => {
  await trained(server, 'probar.txt', await labelled())
  const page = await open('opinions/probar.txt')
  await page.getByText('Nothing corrected').waitFor()
  await page.getByRole('button', { name: 'Classify' }).click()
  await page.getByRole('alert').filter({ hasText: 'Write an opinion.' }).waitFor()
  const text = 'La comida, excelente, pero el trato, pésimo.'
  await page.getByLabel('Opinions in Spanish, one a line').fill(`${text}\nzzz qqq`)
  await page.getByLabel('Opinions in Spanish, one a line').press('Control+Enter')
  await page.locator('mark', { hasText: 'excelente' }).waitFor()
  const [result] = (await server.api('POST', '/v1/models/probar.txt/classify', { texts: [text], explain: 40 })).results
  for (const word of ['excelente', 'pésimo']) {
    const weight = result.evidence.filter((e) => e.ngram === word).reduce((sum, e) => sum + e.weight, 0)
    const mark = page.locator('p mark', { hasText: word }).first()
    assert.equal(await mark.getAttribute('class').then((c) => c.split(' ')[0]), weight > 0 ? 'Positivo' : 'Negativo', `${word} weighs ${weight}`)
  }
  assert.equal(await page.locator('section', { hasText: 'Try it' }).locator('p.text').first().innerText(), text, 'the text as it was written')
  await page.getByText('This is a guess').waitFor()
  await axe(page)
  const other = result.label === 'Positivo' ? 'Negative' : 'Positive'
  await page.getByRole('button', { name: `Wrong: it is ${other}` }).first().click()
  await page.getByText(`Kept as ${other}`).waitFor()
  const list = page.locator('ul.corrections li')
  await list.filter({ hasText: text }).waitFor()
  assert.deepEqual((await server.api('GET', '/v1/models/probar.txt/corrections')).items.map((c) => [c.text, c.label]), [[text, result.label === 'Positivo' ? 'Negativo' : 'Positivo']])
  await page.getByRole('button', { name: 'Train anew' }).click()
  await page.getByRole('combobox', { name: 'Compare with' }).waitFor() // there are two versions
  const versions = (await server.api('GET', '/v1/models/probar.txt')).versions
  assert.deepEqual(versions.map((v) => v.corrections), [1, 0])
  await page.getByText(/Of 1 corrections the model says/).waitFor()
  await page.getByRole('button', { name: `Remove the correction of “${text}”` }).click()
  await page.getByText('Nothing corrected').waitFor()
  assert.deepEqual((await server.api('GET', '/v1/models/probar.txt/corrections')).items ?? [], [])
})

browserTest('opinions: a goal is chosen, misjudged rows are relabelled, and a file corrects; a correction answers at once', async ({ open, server }) => {
  await trained(server, 'juzgar.txt', await labelled())
  const page = await open('opinions/juzgar.txt')
  const first = page.locator('section', { has: page.getByRole('heading', { name: 'Misjudged' }) }).locator('li').first()
  const text = await first.locator('p.text').innerText()
  const ask = async () => (await server.api('POST', '/v1/models/juzgar.txt/classify', { texts: [text] })).results[0]
  await first.getByRole('button', { name: /^It is (Positive|Negative): / }).click()
  await first.getByText(/^Kept as /).waitFor()
  const answer = await ask()
  assert.ok(answer.corrected && answer.probability === 1, JSON.stringify(answer))
  await page.locator('input[type=file]').last().setInputFiles({ name: 'arreglos.csv', mimeType: 'text/csv', buffer: Buffer.from('texto,etiqueta\nzorple,malo\nblarg,bueno\n') })
  await page.getByText('2 corrections of arreglos.csv.').waitFor()
  await page.locator('ul.corrections li').nth(2).waitFor()
  await page.getByText(/^More options: /).click()
  await page.getByLabel('Goal').selectOption('complaints')
  await page.getByRole('button', { name: 'Train anew' }).click()
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ index: 1 })
  await page.getByText(/^Compared on the \d+ rows/).waitFor()
  const { versions } = await server.api('GET', '/v1/models/juzgar.txt')
  assert.deepEqual(versions.map((v) => [v.goal ?? '', v.corrections]), [['complaints', 3], ['', 0]])
  await page.getByText(/Goal complaints: negative from a probability of/).waitFor()
  await axe(page)
})

browserTest('opinions: a file without labels is dropped on a model, classified while one watches, downloaded and removed', async ({ open, server }) => {
  await trained(server, 'lotes.txt', await labelled())
  const page = await open('opinions/lotes.txt')
  const section = page.locator('section', { has: page.getByRole('heading', { name: 'Classify files' }) })
  await section.waitFor()
  await drop(page, 'mayo [1].csv', 'id,opinión\n1,Todo excelente y muy bueno\n2,Pésimo y sucio\n3,\n')
  const link = section.getByRole('link', { name: 'Download mayo _1_.csv, classified' })
  await link.waitFor()
  await section.getByText(/^2 opinions · Positive 1 · Negative 1 · 1 left out, without a text: lines 4$/).waitFor()
  await axe(page)
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  assert.equal(file.suggestedFilename(), 'mayo _1_-classified.csv')
  const lines = (await readFile(await file.path(), 'utf8')).split('\n')
  assert.match(lines[0], /^\ufeffid,opinión,label,probability,evidence$/)
  assert.match(lines[1], /^1,Todo excelente y muy bueno,Positivo,0\.\d+,/)
  await section.getByRole('link', { name: 'Complaints in mayo _1_.csv' }).click()
  await page.getByText(/lotes\.txt judged those without a label/).waitFor()
  await page.getByRole('link', { name: 'lotes.txt' }).click()
  await section.waitFor()
  await drop(page, 'malo.csv', '\n\n')
  await section.locator('.fault').waitFor()
  for (const name of ['mayo _1_.csv', 'malo.csv']) {
    await section.getByRole('button', { name: `Remove ${name}` }).click()
    await section.getByRole('button', { name: `Remove ${name}` }).waitFor({ state: 'detached' })
  }
  assert.deepEqual((await server.api('GET', '/v1/models/lotes.txt/batches')).items ?? [], [])
})

/** Reviews as a portal exports them, without labels: so many, of two sources and three months. */
function exported(n) {
  const said = ['El baño estaba sucio y olía fatal', 'La comida estaba riquísima', 'La habitación era muy ruidosa, no se podía dormir', 'El personal fue amable y atento', 'El baño estaba sucio, qué asco']
  return 'fecha;fuente;comentario\n' + Array.from({ length: n }, (_, i) => `${15 + (i % 9)}/${8 + (i % 3)}/2026;${i % 4 ? 'Booking' : 'Google'};${said[i % 5]}\n`).join('')
}

browserTest('opinions: reviews without labels are dropped where nothing was trained, and the page tells what they complain about', async ({ open, server }) => {
  const page = await open('opinions')
  await drop(page, 'reseñas.csv', exported(60), page.getByRole('group', { name: 'Choose reviews' }))
  await page.getByRole('heading', { name: 'What people complain about' }).waitFor()
  await page.getByText(/^60 reviews: \d+ bad, \d+ good/).waitFor()
  await page.getByText(/^The starter model labelled the texts/).waitFor()
  const { items } = await server.api('GET', '/v1/models/starter/batches')
  const { report } = await server.api('GET', items[0].aspects_url)
  const bath = report.aspects.find((a) => a.aspect === 'bath')
  assert.equal(bath.bad, 24)
  const list = page.locator('section', { has: page.getByRole('heading', { name: 'Aspects' }) })
  assert.equal(await list.locator('summary').count(), 8)
  const first = list.locator('summary').first()
  assert.match((await first.innerText()).replace(/\s+/g, ' '), /^Bathroom 24 criticise, 0 praise$/)
  await axe(page)
  await first.click()
  await list.getByText('El baño estaba sucio, qué asco').waitFor()
  assert.equal(await list.locator('q').first().getAttribute('lang'), 'es')
  await page.locator('section', { has: page.getByRole('heading', { name: 'Words of bad reviews' }) }).getByText('sucio').first().waitFor()
  const rows = (title) => page.getByRole('group', { name: title }).locator('tbody tr')
  assert.deepEqual(await rows('By source').evaluateAll((all) => all.map((tr) => tr.querySelector('th').innerText + ' ' + tr.querySelector('td').innerText)), ['Booking 45', 'Google 15'])
  assert.equal(await rows('By month').count(), 3)
  await axe(page)
  await page.setViewportSize({ width: 320, height: 700 })
  await fitsWidth(page)
  await page.getByRole('link', { name: 'Opinions' }).last().click()
  await page.getByRole('link', { name: 'reseñas.csv' }).waitFor()
  await axe(page)
  await fitsWidth(page)
  await page.getByRole('button', { name: 'Remove reseñas.csv' }).click()
  await page.getByRole('link', { name: 'reseñas.csv' }).waitFor({ state: 'detached' })
  assert.deepEqual((await server.api('GET', '/v1/models/starter/batches')).items ?? [], [])
})

browserTest('opinions: what a training file complains about is told without sending it again', async ({ open, server }) => {
  await trained(server, 'quejas.txt', await labelled())
  const page = await open('opinions')
  await page.getByRole('button', { name: 'Complaints in quejas.txt' }).click()
  await page.getByRole('heading', { name: 'What people complain about' }).waitFor()
  await page.getByText(/^\d+ reviews: \d+ bad, \d+ good/).waitFor()
  await page.getByRole('heading', { name: 'Aspects' }).waitFor()
  await axe(page)
  const { items } = await server.api('GET', '/v1/models/starter/batches')
  assert.equal(items[0].dataset, 'quejas.txt')
  await server.api('DELETE', `/v1/models/starter/batches/${items[0].id}`)
})

browserTest('opinions: a file that cannot be read, and one that is gone, say so in Spanish', async ({ open, server }) => {
  const page = await open('opinions', { lang: 'es', allow: /404/ })
  await drop(page, 'vacío.csv', '\n\n', page.getByRole('group', { name: 'Elegir opiniones' }))
  await page.locator('.fault').waitFor()
  await axe(page)
  const { items } = await server.api('GET', '/v1/models/starter/batches')
  await server.api('DELETE', `/v1/models/starter/batches/${items[0].id}`)
  await page.reload()
  await page.getByText('Este archivo ya no está').waitFor()
  await axe(page)
})

browserTest('opinions: versions are compared side by side, rolled back and forward, and the model is deleted', async ({ open, server }) => {
  const first = await trained(server, 'comparar.txt', await labelled())
  const second = await trained(server, 'comparar.txt', await labelled(3))
  const page = await open('opinions/comparar.txt')
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption(first.version)
  await page.locator('table.matrix').nth(1).waitFor()
  assert.match(await page.locator('.metrics .badge').first().innerText(), /^[+-]?[\d.]+ points$/)
  await axe(page)
  const current = async () => (await server.api('GET', '/v1/models/comparar.txt')).current
  assert.equal(await current(), second.version)
  const serve = page.getByRole('button', { name: /^Let it answer: / })
  await serve.press('Enter')
  await page.getByText(/^Version .* answers now\.$/).first().waitFor()
  assert.equal(await current(), first.version, 'rolled back')
  await page.locator('table tbody tr').last().getByText('Answers').waitFor()
  await serve.click()
  await page.locator('tbody tr', { has: page.locator(`th[title="${second.version}"]`) }).getByText('Answers').waitFor()
  assert.equal(await current(), second.version, 'and forward')
  await page.getByRole('button', { name: 'Delete the model' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  assert.equal(await current(), second.version)
  await page.getByRole('button', { name: 'Delete the model' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the model' }).click()
  await page.getByRole('heading', { name: 'Opinions', exact: true }).waitFor()
  assert.ok(!((await server.api('GET', '/v1/models')).items ?? []).some((m) => m.id === 'comparar.txt'))
})

browserTest('opinions: a version that is held says why, and answers once somebody publishes it; a policy holds all', async ({ open, server }) => {
  const noise = Array.from({ length: 60 }, (_, i) => `la habitación ${i}\t${Math.floor(i / 3) % 2}\n`).join('')
  await trained(server, 'ruido.txt', noise)
  const list = await open('opinions')
  await list.getByRole('heading', { name: 'Wait for your decision' }).waitFor()
  await axe(list)
  await list.getByRole('link', { name: 'ruido.txt' }).click()
  await list.getByRole('heading', { name: 'A new version waits for your decision' }).waitFor()
  await list.getByText(/it may be no better than guessing/).waitFor()
  assert.equal(await list.getByRole('button', { name: 'Classify', exact: true }).count(), 0, 'nothing answers yet')
  await axe(list)
  await list.getByRole('button', { name: 'Publish it' }).click()
  await list.getByRole('button', { name: 'Classify', exact: true }).waitFor()
  assert.equal(await list.getByRole('heading', { name: 'A new version waits for your decision' }).count(), 0)
  await list.getByRole('combobox', { name: 'Which versions answer by themselves' }).selectOption('ask')
  await list.getByText('Saved.').first().waitFor()
  await list.getByRole('combobox', { name: 'When it is trained by itself' }).selectOption('On Mondays at four')
  while ((await server.api('GET', '/v1/models/ruido.txt')).schedule?.cron !== '0 4 * * 1') await new Promise((done) => setTimeout(done, 50))
  await server.api('PUT', '/v1/models/ruido.txt/schedule', { cron: '0 5 * * 1', time_zone: 'Europe/Madrid' })
  await list.getByRole('combobox', { name: 'When it is trained by itself' }).getByRole('option', { name: 'Otherwise: 0 5 * * 1' }).waitFor({ state: 'attached' })
  const second = await trained(server, 'ruido.txt', await labelled())
  assert.equal(second.status, 'held')
  await list.getByText('Publish it anyway').waitFor()
  await list.getByText('answers only when somebody says so').first().waitFor()
  await fitsWidth(list)
})

browserTest('opinions: a file is added to a model and taken away, and a row that is found is relabelled', async ({ open, server }) => {
  await trained(server, 'crece.txt', await labelled())
  const page = await open('opinions/crece.txt')
  await page.getByRole('heading', { name: 'Files that it learns from' }).waitFor()
  await page.locator('section[aria-labelledby=files] input[type=file]').setInputFiles({ name: 'mas.txt', mimeType: 'text/plain', buffer: Buffer.from('Muy bien todo, volveremos\t1\nUna decepción, no volveremos\t0\n') })
  await page.getByRole('button', { name: 'No longer learn from mas.txt' }).waitFor()
  while (!(await server.api('GET', '/v1/models/crece.txt')).versions[0].datasets?.some((d) => d.name === 'mas.txt')) await new Promise((done) => setTimeout(done, 50))
  await page.getByText('Look for rows and correct their label').click()
  await page.getByRole('combobox', { name: 'File', exact: true }).selectOption('mas.txt')
  await page.getByRole('searchbox', { name: 'With these words' }).fill('DECEPCION')
  await page.getByText('row 2 · Negative').waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'It is Positive: Una decepción, no volveremos' }).click()
  await page.getByText('Kept as Positive').waitFor()
  await page.getByRole('button', { name: 'No longer learn from mas.txt' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'No longer learn from mas.txt' }).click()
  await page.getByText('A new version is being trained.').first().waitFor()
  while ((await server.api('GET', '/v1/models/crece.txt')).versions.filter((v) => v.report).length < 3) await new Promise((done) => setTimeout(done, 50))
  await fitsWidth(page)
})

browserTest('opinions: two versions are compared by an experiment, which is begun, seen and ended', async ({ open, server }) => {
  await trained(server, 'reto.txt', await labelled())
  await trained(server, 'reto.txt', (await labelled()) + 'Muy bien todo\t1\n')
  const page = await open('opinions/reto.txt')
  await page.getByRole('combobox', { name: 'Texts that it answers' }).selectOption('50%')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByText('It is not known yet which is right more often.').waitFor()
  await page.getByText(/^Tried is that of .*, with 50% of the texts: 0, 0 corrected/).waitFor()
  await axe(page)
  await fitsWidth(page)
  await page.getByRole('button', { name: 'End the experiment' }).click()
  await page.getByText('It was ended before it was known which is right more often.').waitFor()
})

browserTest('opinions: what a model answered is seen by day, with how right it is likely to be', async ({ open, server }) => {
  await trained(server, 'vida.txt', await labelled())
  const first = await open('opinions/vida.txt')
  await first.getByText('Nobody asked it anything in 7 days').waitFor()
  const texts = Array.from({ length: 100 }, (_, i) => (i % 4 ? `Excelente hotel, muy limpio ${i}` : `Todo sucio, pésimo servicio ${i}`))
  for (let i = 0; i < 3; i++) await server.api('POST', '/v1/models/vida.txt/classify', { texts })
  await server.api('POST', '/v1/models/vida.txt/corrections', { text: 'Muy buena la atención', label: 'Positivo' })
  for (;;) {
    const { hours } = await server.api('GET', '/v1/models/vida.txt/life') // what was answered is written down within seconds
    if (hours.reduce((n, h) => n + h.texts, 0) === 300) break
    await new Promise((done) => setTimeout(done, 200))
  }
  const page = await open('opinions/vida.txt', phone)
  await page.getByText(/^300 opinions in 7 days: 25% negative/).waitFor()
  await page.getByRole('img', { name: /: 300, 75 negative/ }).waitFor()
  await page.getByText(/it is right about|cannot be estimated/).first().waitFor()
  await page.getByText(/Of 1 that somebody corrected or confirmed/).waitFor()
  await fitsWidth(page)
  await axe(page)
})

browserTest('opinions: on a phone, dark, in Spanish, all of it fits and axe finds nothing', async ({ open, server }) => {
  await trained(server, 'un-nombre-de-archivo-bastante-largo-de-las-opiniones-de-enero.txt', await labelled())
  await trained(server, 'mal2.txt', 'sin etiqueta\n')
  const page = await open('opinions', { lang: 'es', theme: 'dark', ...phone })
  await page.getByRole('link', { name: /^un-nombre/ }).waitFor()
  await page.getByText('Más opciones: método auto, 10 partes').click()
  await fitsWidth(page)
  await axe(page)
  await page.getByRole('link', { name: /^un-nombre/ }).click()
  await page.getByLabel('Opiniones en español, una por línea').fill('La habitación estaba sucia y el desayuno era abundante y variado')
  await page.getByRole('button', { name: 'Clasificar' }).click()
  await page.locator('p mark').first().waitFor()
  await fitsWidth(page)
  await axe(page)
})

browserTest('opinions: a model that is not there says so', async ({ open }) => {
  const page = await open('opinions/no-hay', { allow: /404/ })
  await page.getByText('There is no model “no-hay”').waitFor()
  await axe(page)
})
