import { aborted } from './api'

interface Part<T> {
  items: T[] | null
  next?: string
}

/**
 * A list that the API gives a page at a time:
 *
 *   const people = new Pager((after, signal) => api('get', '/v1/people', { query: { after, limit: 100 }, signal }))
 *   people.restart() // and again whenever a filter changes
 *
 * <More pager={people} /> shows the rest of it: the button for the next page, that it is loading, what went wrong.
 */
export class Pager<T> {
  items = $state.raw<T[]>([])
  loading = $state(false)
  problem = $state<unknown>(null)
  done = $state(false) // all of it is there
  #next: string | undefined
  #ask: (after: string | undefined, signal: AbortSignal) => Promise<Part<T>>
  #running: AbortController | null = null

  constructor(ask: (after: string | undefined, signal: AbortSignal) => Promise<Part<T>>) {
    this.#ask = ask
  }

  /** Begins anew. What is there stays to be seen until the first page has come. */
  restart(): Promise<void> {
    this.#running?.abort()
    this.#next = undefined
    return this.#load([])
  }

  more(): Promise<void> {
    return this.loading || this.done ? Promise.resolve() : this.#load(this.items)
  }

  /** Gives requests up. */
  stop() {
    this.#running?.abort()
  }

  async #load(before: T[]) {
    const running = (this.#running = new AbortController())
    this.loading = true
    this.problem = null
    try {
      // A page may be empty before the end.
      for (let found = 0; found === 0; ) {
        const part = await this.#ask(this.#next, running.signal)
        found = part.items?.length ?? 0
        before = [...before, ...(part.items ?? [])]
        this.#next = part.next
        this.done = !part.next
        if (this.done) break
      }
      this.items = before
    } catch (err) {
      if (!aborted(err)) this.problem = err
    }
    if (this.#running === running) this.loading = false
  }
}
