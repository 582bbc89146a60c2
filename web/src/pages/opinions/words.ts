import type { Schema } from '../../lib/api'

/** A file's name as the server takes one. */
export const named = (name: string) => name.normalize('NFC').replace(/[^\p{L}\p{N}\p{M}._\-+()@, ]|^[. ]|\.(?=\.)/gu, '_').slice(-60).trim()

export interface Piece {
  text: string
  weight: number // log-odds towards Positivo; 0 for what did not count
}

const word = /[\p{L}\p{N}_]+/gu

/**
 * A text in pieces, each word with what it weighed: the weight of a group of words is dealt out evenly to its words
 * and to the places where it occurs.
 */
export function weighed(text: string, evidence: Schema<'Evidence'>[]): Piece[] {
  const low = text.toLowerCase()
  if (low.length !== text.length) return [{ text, weight: 0 }] // a letter whose lower case is longer: places would be wrong
  const words = [...low.matchAll(word)].map((m) => ({ from: m.index, to: m.index + m[0].length, weight: 0 }))
  for (const { ngram, weight } of evidence) {
    const places = []
    for (let at = low.indexOf(ngram); at >= 0; at = low.indexOf(ngram, at + 1)) {
      const covered = words.filter((w) => w.from >= at && w.to <= at + ngram.length)
      if (covered.length && covered[0]!.from === at && covered.at(-1)!.to === at + ngram.length) places.push(covered)
    }
    for (const covered of places) for (const w of covered) w.weight += weight / places.length / covered.length
  }
  const pieces: Piece[] = []
  let done = 0
  for (const w of words) {
    if (w.weight === 0) continue
    if (w.from > done) pieces.push({ text: text.slice(done, w.from), weight: 0 })
    pieces.push({ text: text.slice(w.from, w.to), weight: w.weight })
    done = w.to
  }
  if (done < text.length) pieces.push({ text: text.slice(done), weight: 0 })
  return pieces
}
