import { aborted, api, type Schema } from '../../lib/api'
import type { StreamEvent } from '../../lib/stream.svelte'
import { spans, type Filter } from './room.svelte'

export type Face = Schema<'MoodRecord'>

export const most = 10_000 // faces that the list keeps
const pause = 250 // milliseconds between two changes of the list: nobody reads faster

/**
 * The latest faces, the newest first: what the stream tells goes in front, older ones are asked for when they are
 * wanted. While it is held (somebody reads further down) what comes waits, and nothing moves.
 */
export class Faces {
  list = $state.raw<Face[]>([])
  waiting = $state.raw<Face[]>([])
  ready = $state(false) // the first have come
  full = $state(false) // older ones are not kept
  problem = $state<unknown>(null)
  #held = false
  #coming: Face[] = []
  #ids = new Set<string>()
  #timer = 0
  #last = 0
  #next: string | undefined
  #asking = false
  #stop = new AbortController()
  #filter: Filter

  constructor(filter: Filter) {
    this.#filter = filter
  }

  stop() {
    this.#stop.abort()
    clearTimeout(this.#timer)
  }

  /** Asks for the newest; faces that are there already stay. */
  async load() {
    await this.#ask(undefined, 100)
  }

  /** Asks for the next older ones. */
  async older() {
    if (this.#next && !this.full) await this.#ask(this.#next, 1000)
  }

  async #ask(after: string | undefined, limit: number) {
    if (this.#asking) return
    this.#asking = true
    try {
      const { source, mood, person, range } = this.#filter
      const query = { source: source ?? undefined, mood: mood || undefined, person: person || undefined, from: new Date(Date.now() - spans[range].long).toISOString(), after, limit }
      const part = await api('get', '/v1/moods', { query, signal: this.#stop.signal })
      const fresh = (part.items ?? []).filter((face) => this.#add(face))
      this.#set([...this.list, ...fresh])
      this.#next = part.next
      this.problem = null
    } catch (err) {
      if (!aborted(err)) this.problem = err
    }
    this.ready = true
    this.#asking = false
  }

  /** Takes what the stream tells; gives whether something was missed. */
  take(events: StreamEvent[]): boolean {
    let missed = false
    for (const { name, data } of events) {
      if (name === 'mood') {
        const face = JSON.parse(data) as Face
        if (this.#add(face)) this.#coming.push(face)
      } else if (name === 'erased') {
        this.#erase(JSON.parse(data) as { photo_id?: string; face_id?: string })
      } else if (name === 'gap') {
        missed = true
      }
    }
    if (this.#coming.length > most) this.#forget(this.#coming.splice(0, this.#coming.length - most))
    if (this.#coming.length && !this.#timer) this.#timer = window.setTimeout(() => this.#show(), Math.max(0, this.#last + pause - Date.now()))
    return missed
  }

  /** Holds the list as it is, or lets what waits into it. */
  hold(held: boolean) {
    this.#held = held
    if (!held && this.waiting.length) {
      this.#set([...this.waiting, ...this.list])
      this.waiting = []
    }
  }

  #show() {
    this.#timer = 0
    this.#last = Date.now()
    const fresh = this.#coming.reverse()
    this.#coming = []
    if (this.#held) {
      const waiting = [...fresh, ...this.waiting]
      this.#forget(waiting.slice(most))
      this.waiting = waiting.slice(0, most)
    } else {
      this.#set([...fresh, ...this.list])
    }
  }

  #set(list: Face[]) {
    if (list.length > most) {
      this.#forget(list.slice(most))
      list = list.slice(0, most)
    }
    this.full = list.length === most
    this.list = list
  }

  #add(face: Face): boolean {
    if (this.#ids.has(face.face_id)) return false
    this.#ids.add(face.face_id)
    return true
  }

  #forget(faces: Face[]) {
    for (const face of faces) this.#ids.delete(face.face_id)
  }

  #erase(what: { photo_id?: string; face_id?: string }) {
    const stays = (face: Face) => (what.photo_id ? face.photo_id !== what.photo_id : face.face_id !== what.face_id)
    this.list = this.list.filter(stays)
    this.waiting = this.waiting.filter(stays)
    this.#coming = this.#coming.filter(stays)
  }
}
