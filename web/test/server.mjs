// Starts the real program for tests, screenshots and the types of the API.
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const program = process.env.ANIMO_BIN ?? join(root, 'bin/animo')

/**
 * A server of its own, on a free port of this machine, that keeps its data in a temporary folder. args are more flags
 * of animo serve.
 */
export async function startServer(...args) {
  const data = await mkdtemp(join(tmpdir(), 'animo-web-'))
  const server = new Server(data)
  await server.start(...args)
  return server
}

class Server {
  #process
  #log = ''
  #args = []

  constructor(data) {
    this.data = data
  }

  /** Runs the program; afterwards url says where. Again on the same data after halt, on the same port if address is said. */
  async start(...args) {
    this.#args = args
    const all = ['serve', '--data', this.data, ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), ...args]
    this.#process = spawn(program, all, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    this.url = await new Promise((resolve, reject) => {
      this.#process.on('error', (err) => reject(new Error(`${program}: ${err.message}; run make build`)))
      this.#process.on('exit', (code) => reject(new Error(`animo ended with ${code}:\n${this.#log}`)))
      const hear = (chunk) => {
        this.#log += chunk
        const ready = /ready on (http:\/\/\S+)/.exec(this.#log)
        if (ready) resolve(ready[1])
      }
      this.#process.stdout.on('data', hear)
      this.#process.stderr.on('data', hear)
    })
  }

  /** Ends the program and leaves its data. */
  async halt(signal = 'SIGTERM') {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise((resolve) => this.#process.on('exit', resolve))
    this.#process.kill(signal)
    await ended
    this.#log = ''
  }

  /** Ends the program and starts it again at the same address. */
  async restart() {
    const address = new URL(this.url).host
    await this.halt()
    await this.start(...this.#args.filter((arg, i, all) => arg !== '--listen' && all[i - 1] !== '--listen'), '--listen', address)
  }

  async stop() {
    await this.halt()
    await rm(this.data, { recursive: true, force: true })
  }

  /** Runs another command of the program on the same data, such as cli('keys', 'add'), and gives what it prints. */
  cli(...args) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...args, '--data', this.data], { cwd: root })
      let out = ''
      let err = ''
      child.stdout.on('data', (chunk) => (out += chunk))
      child.stderr.on('data', (chunk) => (err += chunk))
      child.on('exit', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`animo ${args.join(' ')}: ${err}`))))
    })
  }

  /** Asks the API and gives the answer, parsed; throws for what is not a success. */
  async api(method, path, body, headers = {}) {
    const json = body !== undefined && !(body instanceof Uint8Array)
    const res = await fetch(this.url + path, {
      method,
      headers: { ...(json ? { 'Content-Type': 'application/json' } : {}), ...headers },
      body: json ? JSON.stringify(body) : body,
    })
    const text = await res.text()
    if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  /** Sends a photo, taken now unless said otherwise, and gives it once it is analysed. */
  async photo(file, { source = '', name = file.split('/').pop(), takenAt = new Date().toISOString() } = {}) {
    const query = new URLSearchParams({ ...(source ? { source } : {}), ...(takenAt ? { taken_at: takenAt } : {}) })
    const taken = await this.api('PUT', `/v1/photos/${encodeURIComponent(name)}?${query}`, await readFile(file))
    for (;;) {
      const photo = await this.api('GET', `/v1/photos/${taken.id}?wait=20`)
      if (photo.status === 'done' || photo.status === 'failed') return photo
    }
  }
}

/** The sample photos that come with the program, as paths. */
export async function samplePhotos() {
  const folder = join(root, 'samples/photos')
  return (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort().map((name) => join(folder, name))
}
