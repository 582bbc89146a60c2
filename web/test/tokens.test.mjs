// Colours of the style sheet, without a browser: the same as the server's, and with enough contrast (WCAG 2.2, 1.4.3 and 1.4.11).
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const css = await readFile(new URL('../src/style.css', import.meta.url), 'utf8')

/** The value of a token in a theme. */
function token(name, theme) {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(css)?.[1]
  assert.ok(value, `the style sheet has no --${name}`)
  const both = /^light-dark\((#\w+), (#\w+)\)$/.exec(value)
  return both ? both[theme === 'light' ? 1 : 2] : value
}

/** Relative luminance, as WCAG defines it. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

test('contrast is computed as WCAG has it', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21)
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48') // the best known near miss
})

test('moods have the colours in which the server draws them', async () => {
  const go = await readFile(new URL('../../internal/pictures/draw.go', import.meta.url), 'utf8')
  const drawn = [...go.matchAll(/animo\.(Happy|Sad|Surprised|Other): \{0x(\w\w), 0x(\w\w), 0x(\w\w)/g)]
  assert.equal(drawn.length, 4)
  for (const [, mood, r, g, b] of drawn) assert.equal(token(`mood-${mood.toLowerCase()}`), `#${r}${g}${b}`, mood)
})

const moods = ['happy', 'surprised', 'sad', 'other']
const words = [
  ...['text', 'muted', 'accent', 'accent-strong', 'bad', 'good', 'warn'].flatMap((ink) => ['bg', 'surface', 'sunken'].map((on) => [ink, on])),
  ...moods.flatMap((mood) => ['bg', 'surface', 'sunken', `mood-${mood}-soft`].map((on) => [`mood-${mood}-text`, on])),
  ...moods.map((mood) => ['text', `mood-${mood}-soft`]),
  ['on-accent', 'accent'], ['on-accent', 'accent-strong'], ['accent', 'accent-soft'], ['text', 'accent-soft'],
  ['on-bad', 'bad-fill'], ['bad', 'bad-soft'], ['warn', 'warn-soft'],
]
const marks = [...['line-strong', 'accent'].flatMap((ink) => ['bg', 'surface', 'sunken'].map((on) => [ink, on]))]

for (const theme of ['light', 'dark']) {
  test(`${theme}: words have a contrast of 4.5 to what lies behind them, marks of 3`, () => {
    const check = (pairs, least) => pairs.filter(([ink, on]) => contrast(token(ink, theme), token(on, theme)) < least).map(([ink, on]) => `${ink} on ${on}: ${contrast(token(ink, theme), token(on, theme)).toFixed(2)}`)
    assert.deepEqual([...check(words, 4.5), ...check(marks, 3)], [])
  })
}
