// Numbers, times and sizes as the visitor's language writes them.
import { lang } from './lang.svelte'

export function number(n: number, digits = 0): string {
  return n.toLocaleString(lang.now, { maximumFractionDigits: digits })
}

/** A part of 1 in percent. */
export function percent(part: number, digits = 0): string {
  return part.toLocaleString(lang.now, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })
}

type When = string | number | Date

/** Hours, minutes and seconds of a moment. */
export function time(when: When): string {
  return new Date(when).toLocaleTimeString(lang.now, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
}

/** The time of what was within a day, the day of anything older. */
export function timeOrDay(when: When): string {
  return Date.now() - new Date(when).getTime() < 86_400_000 ? time(when) : new Date(when).toLocaleDateString(lang.now, { dateStyle: 'medium' })
}

export function dateTime(when: When): string {
  return new Date(when).toLocaleString(lang.now, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' } as Intl.DateTimeFormatOptions)
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** How long ago a moment is, in its largest unit: "3 minutes ago". */
export function ago(when: When, now = Date.now()): string {
  const seconds = Math.round((new Date(when).getTime() - now) / 1000)
  const [unit, length] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? steps[steps.length - 1]!
  return new Intl.RelativeTimeFormat(lang.now, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit)
}

/** A time span given in milliseconds: "12 ms", "3.4 s", "5 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${number(ms, ms < 10 ? 1 : 0)} ms`
  if (ms < 60_000) return `${number(ms / 1000, 1)} s`
  if (ms < 3_600_000) return `${number(ms / 60_000, 1)} min`
  return `${number(ms / 3_600_000, 1)} h`
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(n: number): string {
  let i = 0
  for (; n >= 1000 && i < sizes.length - 1; i++) n /= 1000
  return `${number(n, n < 100 && i > 0 ? 1 : 0)} ${sizes[i]}`
}
