// Chromium, and the page in it, as tests and screenshots use them.
import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import axeCore from 'axe-core'
import { chromium } from 'playwright-core'

const executable = findChromium()

/** Why tests that need a browser are skipped; false when there is one. */
export const skip = executable ? false : 'NO CHROMIUM: install it (apt-get install chromium) or name one in CHROMIUM; this test was NOT run'

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : (process.env.PATH ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Starts a browser; args are more flags of Chromium. */
export function launch(...args) {
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-dev-shm-usage', ...args] })
}

/**
 * Opens a place of the page, such as 'live' or 'photos/ID', as a visitor with this language ('en' or 'es'), theme
 * ('light' or 'dark') and size. allow is what the page may log, a regular expression; page.faults is what else it logged.
 */
export async function openPage(server, browser, place, { lang = 'en', theme = 'light', width = 1280, height = 800, allow, permissions, init } = {}) {
  const context = await browser.newContext({
    locale: lang === 'es' ? 'es-ES' : 'en-GB',
    timezoneId: 'UTC',
    colorScheme: theme,
    viewport: { width, height },
    permissions,
    acceptDownloads: true,
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  page.faults = []
  const fault = (text) => allow?.test(text) || page.faults.push(text)
  page.on('console', (message) => message.type() === 'error' && fault(`${message.text()} (${message.location().url})`))
  page.on('pageerror', (err) => fault(String(err.stack ?? err)))
  if (init) await page.addInitScript(init)
  await page.goto(`${server.url}/#/${place}`)
  await page.locator('main h1, main form').first().waitFor()
  return page
}

export const phone = { width: 360, height: 740 }

/** Fails with what axe finds wrong for people with disabilities (WCAG 2.2 A and AA and its best practices). */
export async function axe(page) {
  await page.evaluate(axeCore.source) // not as a script of the page: its policy forbids that
  const { violations } = await page.evaluate(async () => {
    // Colours on their way from one to another are not judged.
    const ending = document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map((a) => a.finished))
    return globalThis.axe.run(document, { resultTypes: ['violations'] })
  })
  const found = violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')}: ${node.failureSummary}`))
  assert.deepEqual(found, [], 'what axe finds')
}

/** Fails when the page is wider than the screen. */
export async function fitsWidth(page) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  assert.ok(wide <= screen, `the page is ${wide} pixels wide on a screen of ${screen}`)
}

/** Traces the browser while something runs; gives how much CPU each task of the page's own thread took, in milliseconds. */
export async function traced(browser, page, run) {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
  await run()
  const { traceEvents } = JSON.parse(await browser.stopTracing())
  const thread = (event) => `${event.pid}/${event.tid}`
  const main = traceEvents.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain').map(thread)
  return traceEvents.filter((event) => event.name === 'RunTask' && main.includes(thread(event))).map((event) => (event.tdur ?? 0) / 1000)
}
