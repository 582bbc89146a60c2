// Writes src/api.gen.ts, the types of the API, from what the built program says of itself at /openapi.json.
// With --check it only says whether the file is what it would write, by its exit status.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'
import { startServer } from '../test/server.mjs'

const file = new URL('../src/api.gen.ts', import.meta.url)
const server = await startServer()
try {
  const types = '// Made by `make api` from the description of the API; not to be changed by hand.\n\n' + astToString(await openapiTS(await server.api('GET', '/openapi.json')))
  if (!process.argv.includes('--check')) {
    await writeFile(file, types)
  } else if ((await readFile(file, 'utf8')) !== types) {
    console.error('web/src/api.gen.ts is not what the API is now: run make api, and look at what changes')
    process.exitCode = 1
  }
} finally {
  await server.stop()
}
