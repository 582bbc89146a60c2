import { aborted, api, type Schema } from '../../lib/api'
import { moods, type Mood } from '../../lib/moods'

export const ranges = ['15m', '1h', '6h', '24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

export interface Filter {
  range: Range
  source: string | null // null: all; '': those without one
  mood: Mood | ''
  person: string // '': everybody
}

const minute = 60_000
// How long a range is, and an interval of its timeline, in milliseconds; and as the API writes the interval.
export const spans: Record<Range, { long: number; step: number; every: string }> = {
  '15m': { long: 15 * minute, step: minute, every: '1m' },
  '1h': { long: 60 * minute, step: minute, every: '1m' },
  '6h': { long: 360 * minute, step: minute, every: '1m' },
  '24h': { long: 1440 * minute, step: 15 * minute, every: '15m' },
  '7d': { long: 7 * 1440 * minute, step: 120 * minute, every: '2h' },
  '30d': { long: 30 * 1440 * minute, step: 480 * minute, every: '8h' },
}

export type Counts = Record<Mood, number>
export const none = (): Counts => ({ HAPPY: 0, SURPRISED: 0, SAD: 0, OTHER: 0 })
export const sum = (counts: Counts) => moods.reduce((all, mood) => all + counts[mood], 0)

/** What is known of a time: its intervals from the first to the last, those without faces too, and who was where. */
export interface Tally {
  step: number
  begin: number
  intervals: Counts[]
  sources: Map<string, Counts>
}

/** The mood that most of them show; null without faces. */
export function leading(counts: Counts): Mood | null {
  return moods.reduce<Mood | null>((best, mood) => (counts[mood] > (best ? counts[best] : 0) ? mood : best), null)
}

const pause = 1000 // milliseconds between two askings, at least
const idle = 10_000 // and at most: time goes on without faces, too

/**
 * Counts of the room, asked of the server anew when something happened, at most once a second however much happens: so
 * they are never off, whatever was missed, repeated or erased.
 */
export class Room {
  tally = $state.raw<Tally | null>(null)
  now = $state.raw<Counts>(none()) // of the last five minutes
  before = $state.raw<Counts>(none()) // of the five before these
  at = $state(0) // when it was so
  sources = $state.raw<string[]>([])
  problem = $state<unknown>(null)
  #filter: Filter
  #stop = new AbortController()
  #timer = 0
  #last = 0
  #asking = false
  #again = false

  constructor(filter: Filter) {
    this.#filter = filter
    void this.#ask()
  }

  stop() {
    this.#stop.abort()
    clearTimeout(this.#timer)
  }

  /** Says that something happened. */
  changed() {
    this.#again = true
    if (!this.#asking) this.#plan(Math.max(0, this.#last + pause - Date.now()))
  }

  #plan(ms: number) {
    clearTimeout(this.#timer)
    if (!this.#stop.signal.aborted) this.#timer = window.setTimeout(() => void this.#ask(), ms)
  }

  async #ask() {
    this.#asking = true
    this.#again = false
    try {
      await this.#count()
      this.problem = null
      this.at = Date.now()
    } catch (err) {
      if (!aborted(err)) this.problem = err
    }
    this.#last = Date.now()
    this.#asking = false
    this.#plan(this.#again ? pause : idle)
  }

  async #count() {
    const { source, range, person } = this.#filter
    const { long, step, every } = spans[range]
    const { signal } = this.#stop
    const now = Date.now()
    const begin = Math.floor((now - long) / step + 1) * step
    const query = { person: person || undefined, source: source ?? undefined, every, zone: 'UTC', from: new Date(begin).toISOString() }
    const [summary, recent, sources] = await Promise.all([
      api('get', '/v1/moods/summary', { query, signal }),
      api('get', '/v1/moods/summary', { query: { ...query, every: '1m', from: new Date(recentBegin(now)).toISOString() }, signal }),
      source === null ? null : api('get', '/v1/moods/summary', { query: { ...query, source: undefined, every: '24h' }, signal }),
    ])
    const tally = empty(begin, step, now)
    for (const { from, moods } of summary.intervals ?? []) add(tally, Date.parse(from), moods)
    for (const [name, counts] of Object.entries(summary.sources)) tally.sources.set(name, plain(counts))
    const last = empty(recentBegin(now), minute, now)
    for (const { from, moods } of recent.intervals ?? []) add(last, Date.parse(from), moods)
    this.#take(tally, last)
    this.sources = Object.keys((sources ?? summary).sources).sort()
  }

  #take(tally: Tally, recent: Tally) {
    this.tally = tally
    this.now = total(recent.intervals.slice(-5))
    this.before = total(recent.intervals.slice(0, -5))
  }
}

type Given = Record<string, Schema<'MoodCount'>>

// recentBegin is when the ten minutes begin of which this one is the last.
const recentBegin = (now: number) => Math.floor(now / minute - 9) * minute

function empty(begin: number, step: number, now: number): Tally {
  return { begin, step, intervals: Array.from({ length: Math.floor((now - begin) / step) + 1 }, none), sources: new Map() }
}

// add counts what was at a moment, and tells whether the tally has that.
function add(tally: Tally, at: number, given: Given): boolean {
  const counts = tally.intervals[Math.floor((at - tally.begin) / tally.step)]
  if (!counts) return false
  for (const mood of moods) counts[mood] += given[mood]?.faces ?? 0
  return true
}

function plain(given: Given): Counts {
  const counts = none()
  for (const mood of moods) counts[mood] = given[mood]?.faces ?? 0
  return counts
}

export function total(all: Iterable<Counts>): Counts {
  const counts = none()
  for (const some of all) for (const mood of moods) counts[mood] += some[mood]
  return counts
}
