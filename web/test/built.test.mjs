// The built page, without a browser: how much a visitor must fetch, and that it is of this server alone.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const budget = 60_000 // bytes of JavaScript, gzipped, that any page but the camera's costs whoever opens it first
const pages = ['Live', 'Photos', 'People', 'Opinions', 'Operations']

const html = await readFile(new URL('index.html', dist), 'utf8')
const names = (await readdir(new URL('assets/', dist))).filter((name) => name.endsWith('.js'))
const scripts = new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(`assets/${name}`, dist), 'utf8')])))

/** All scripts that one of the list needs, at once or later, but other pages. */
function reach(from) {
  const seen = new Set()
  for (const todo = [...from]; todo.length; ) {
    const name = todo.pop()
    if (seen.has(name)) continue
    seen.add(name)
    for (const other of names) {
      const page = /^[A-Z][a-z]+(?=-)/.exec(other)?.[0]
      if ((!page || ![...pages, 'Camera'].includes(page)) && scripts.get(name).includes(other)) todo.push(other)
    }
  }
  return [...seen]
}

const size = (list) => list.reduce((sum, name) => sum + gzipSync(scripts.get(name), { level: 9 }).length, 0)

test('the JavaScript of each page is within its budget', (t) => {
  const shell = [...html.matchAll(/assets\/([\w.-]+\.js)"/g)].map((m) => m[1])
  t.diagnostic(`shell: ${size(reach(shell))} bytes gzipped; all pages together, the camera's part included: ${size(names)}`)
  for (const page of pages) {
    const own = names.filter((name) => name.startsWith(`${page}-`))
    assert.equal(own.length, 1, `${page} is no chunk of its own: ${names}`)
    const all = reach([...shell, ...own])
    t.diagnostic(`${page}: ${size(all)}`)
    assert.ok(size(all) <= budget, `${page} costs ${size(all)} bytes, more than ${budget}: ${all.map((name) => `${name} ${size([name])}`).join(', ')}`)
  }
})

test('the document has no scripts or styles of its own and names no other server', () => {
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]* src=)|\son\w+=|https?:\/\//)
})
