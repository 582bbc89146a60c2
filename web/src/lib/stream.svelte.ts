import { aborted, Problem, request } from './api'

export interface StreamEvent {
  name: string // mood, erased or gap; see GET /v1/stream
  id: string // where to go on after it
  data: string // JSON
}

const silence = 40_000 // milliseconds without a byte after which a connection is taken for dead: the server says something every 15 s
const longest = 30_000 // milliseconds between two attempts, at most

/**
 * Follows a stream of server-sent events (WHATWG HTML, section 9.2). It goes on where it was after a break, by itself
 * and as often as it takes. Unlike the browser's EventSource it notices a connection that went silent, goes on after
 * an error answer, too, and says at any time whether it is live. Events are handed over together, once for each
 * frame that the browser paints, so that many a second cost no more than few.
 */
export class Stream {
  state = $state<'connecting' | 'live' | 'broken'>('connecting')
  problem = $state<unknown>(null) // why it is broken
  since = $state(Date.now()) // when state became what it is
  begun: Promise<void> // when it is live, or broken, for the first time
  #begin = () => {}
  #last = ''
  #retry = 2000
  #stop = new AbortController()
  #wake = () => {}
  #waiting: StreamEvent[] = []
  #frame = 0
  #timer = 0
  #url: (last: string) => string
  #take: (events: StreamEvent[]) => void

  /** url says where the stream is, to go on after the event last ('' for new ones only); take gets what comes. */
  constructor(url: (last: string) => string, take: (events: StreamEvent[]) => void) {
    this.#url = url
    this.#take = take
    this.begun = new Promise((resolve) => (this.#begin = resolve))
    addEventListener('online', this.#online)
    void this.#follow()
  }

  stop() {
    removeEventListener('online', this.#online)
    this.#stop.abort()
    this.#wake()
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
  }

  /** Tries at once instead of after the pause. */
  now() {
    this.#wake()
  }

  #online = () => this.#wake()

  async #follow() {
    for (let failures = 0; !this.#stop.signal.aborted; failures++) {
      try {
        await this.#read(() => (failures = 0))
        this.#become('broken', null)
      } catch (err) {
        if (this.#stop.signal.aborted) return
        this.#become('broken', aborted(err) ? null : err)
        if (err instanceof Problem && err.status === 401) return // the page asks for a key and begins anew
      }
      await this.#pause(Math.min(longest, this.#retry * 2 ** Math.max(0, failures - 1)))
    }
  }

  // read follows one connection until it ends.
  async #read(opened: () => void) {
    const dead = new AbortController()
    const giveUp = () => dead.abort()
    this.#stop.signal.addEventListener('abort', giveUp)
    let watch = window.setTimeout(giveUp, silence)
    try {
      const res = await request(this.#url(this.#last), { headers: { Accept: 'text/event-stream' }, cache: 'no-store', signal: dead.signal })
      opened()
      this.#become('live', null)
      const text = res.body!.pipeThrough(new TextDecoderStream()).getReader()
      const parser = new Parser((event) => this.#keep(event), (ms) => (this.#retry = ms))
      for (;;) {
        const { done, value } = await text.read()
        if (done) return
        clearTimeout(watch)
        watch = window.setTimeout(giveUp, silence)
        parser.push(value)
        this.#last = parser.last || this.#last
      }
    } finally {
      clearTimeout(watch)
      this.#stop.signal.removeEventListener('abort', giveUp)
    }
  }

  #become(state: 'live' | 'broken', problem: unknown) {
    if (this.state !== state) this.since = Date.now()
    this.state = state
    this.problem = problem
    this.#begin()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #keep(event: StreamEvent) {
    if (this.#waiting.push(event) > 1) return
    // A page that nobody sees paints no frames.
    if (document.hidden) this.#timer = window.setTimeout(this.#hand, 500)
    else this.#frame = requestAnimationFrame(this.#hand)
  }

  #hand = () => {
    const events = this.#waiting
    this.#waiting = []
    this.#take(events)
  }
}

/** Parser reads server-sent events out of text that comes in pieces. */
export class Parser {
  last = '' // the last id
  #rest = ''
  #name = ''
  #data: string[] = []
  #event: (event: StreamEvent) => void
  #retry: (ms: number) => void

  constructor(event: (event: StreamEvent) => void, retry: (ms: number) => void) {
    this.#event = event
    this.#retry = retry
  }

  push(text: string) {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line)
  }

  #line(line: string) {
    if (line === '') {
      if (this.#data.length) this.#event({ name: this.#name || 'message', id: this.last, data: this.#data.join('\n') })
      this.#name = ''
      this.#data = []
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id') this.last = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retry(Number(value))
  }
}
