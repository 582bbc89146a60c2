// Measures the page in a real browser on this machine, as docs/benchmarks.md has it: when it is first painted, and the
// browser's long tasks (over 50 ms, W3C Long Tasks) while 200 faces a second come in and while 10,000 lie in the list.
// Fails when a budget is exceeded: one second, and tasks that take the CPU for 100 ms. By the clock a task takes longer
// where others use the CPU, too.
import { launch, openPage, traced } from '../test/browser.mjs'
import { startServer } from '../test/server.mjs'

const seconds = Number(process.env.SECONDS_OF_STREAM ?? 20)
const perSecond = 200
const server = await startServer()
const browser = await launch()
const over = []
const report = (what, value, unit, budget) => {
  console.log(`${what.padEnd(52)} ${value.toFixed(0).padStart(6)} ${unit}`)
  if (budget && value > budget) over.push(`${what}: ${value.toFixed(0)} ${unit} is over ${budget}`)
}

const observe = () => {
  globalThis.tasks = []
  new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true })
}
const tasks = (page) => page.evaluate(() => globalThis.tasks.splice(0))
const longest = (list) => Math.max(0, ...list)

let sent = 0
async function send(n) {
  const items = Array.from({ length: n }, () => ({ image_id: `face-${sent++}`, source: ['door', 'stage', 'bar'][sent % 3], taken_at: new Date().toISOString(), emotions: [{ Type: ['HAPPY', 'SAD', 'SURPRISED', 'CALM'][sent % 4], Confidence: 90 }] }))
  await server.api('POST', '/v1/moods', { items })
}

try {
  // The best of five: the others wait for what else the machine does.
  const paints = []
  for (let i = 0; i < 5; i++) {
    const page = await openPage(server, browser, 'live')
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime))
    await page.context().close()
  }
  report('first contentful paint, nothing cached, best of 5', Math.min(...paints), 'ms', 1000)
  report('first contentful paint, nothing cached, worst of 5', Math.max(...paints), 'ms')

  const page = await openPage(server, browser, 'live', { init: observe })
  await page.locator('.badge.good').waitFor()
  await tasks(page)
  let took = 0
  const cpu = await traced(browser, page, async () => {
    const began = performance.now()
    for (let turn = 0; turn < seconds * 20; turn++) {
      await send(perSecond / 20)
      await new Promise((resolve) => setTimeout(resolve, began + (turn + 1) * 50 - performance.now()))
    }
    took = (performance.now() - began) / 1000
    await page.waitForFunction((n) => Number(document.querySelector('.latest li')?.getAttribute('aria-setsize')) === n, sent)
  })
  const streaming = await tasks(page)
  report('faces a second that came in', sent / took, '/s')
  report('long tasks meanwhile', streaming.length, '')
  report('the longest of them', longest(streaming), 'ms')
  report('the longest by CPU', longest(cpu), 'ms', 100)
  report('the CPU of all', cpu.reduce((a, b) => a + b, 0) / took / 10, '%')

  while (sent < 10_000) await send(100)
  await page.waitForFunction((n) => Number(document.querySelector('.latest li')?.getAttribute('aria-setsize')) === n, 10_000, { timeout: 120_000 })
  await page.locator('.latest .place').hover()
  const scrolling = await traced(browser, page, async () => {
    for (let i = 0; i < 100; i++) await page.mouse.wheel(0, 5000)
    await page.waitForFunction(() => document.querySelector('.latest .place').scrollTop > 400_000)
  })
  report('the longest by CPU while 10,000 faces are scrolled', longest(scrolling), 'ms', 100)
} finally {
  await browser.close()
  await server.stop()
}
for (const line of over) console.error(line)
process.exitCode = over.length ? 1 : 0
