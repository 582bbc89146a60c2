import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('the types of the API are those of the program', () => {
  const check = spawnSync(process.execPath, [fileURLToPath(new URL('../scripts/api.mjs', import.meta.url)), '--check'], { encoding: 'utf8' })
  assert.equal(check.status, 0, check.stderr)
})
