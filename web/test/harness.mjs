// What the browser tests share: each test file has a server and a browser of its own, and a test that opens a page
// fails when the page logged an error, such as something that its Content-Security-Policy blocked.
//
//   import { browserTest, axe } from './harness.mjs'
//   browserTest('photos: a dropped photo is analysed', async ({ open, server }) => {
//     const page = await open('photos', { lang: 'es' })
//     …
//     await axe(page)
//   })
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, openPage, skip } from './browser.mjs'
import { startServer } from './server.mjs'

export { axe, fitsWidth, launch, phone, traced } from './browser.mjs'
export { root, samplePhotos, startServer } from './server.mjs'

if (skip && process.env.ANIMO_REQUIRE_BROWSER === '1') throw new Error(skip)
if (skip) console.error(skip)

// The file's server and browser, while its tests run.
const world = { server: null, browser: null }

before(async () => {
  if (skip) return
  world.server = await startServer()
  world.browser = await launch()
})

after(async () => {
  await world.browser?.close()
  await world.server?.stop()
})

/**
 * A test that needs a browser. It gets { t, server, browser, open }: t of node:test, the file's server and browser, and open, which is
 * openPage of browser.mjs with that server and the file's browser, if no others are said, and whose pages are closed
 * and looked at for errors when the test ends.
 */
export function browserTest(name, run) {
  test(name, { skip }, async (t) => {
    const opened = []
    const open = async (place, { server = world.server, browser = world.browser, ...options } = {}) => {
      const page = await openPage(server, browser, place, options)
      opened.push(page)
      return page
    }
    try {
      await run({ t, server: world.server, browser: world.browser, open })
      for (const page of opened) assert.deepEqual(page.faults, [], 'what the page logged')
    } finally {
      for (const page of opened) await page.context().close()
    }
  })
}
