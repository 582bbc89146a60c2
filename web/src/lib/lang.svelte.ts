import { keep, kept } from './keep'

export type Lang = 'es' | 'en'

// The language of the page: the one chosen before, else the browser's first that is Spanish or English, else English.
class Language {
  now = $state<Lang>(first())

  constructor() {
    document.documentElement.lang = this.now
  }

  choose(lang: Lang) {
    this.now = lang
    keep('lang', lang)
    document.documentElement.lang = lang
  }
}

function first(): Lang {
  const wanted = [kept('lang') ?? '', ...navigator.languages].map((l) => l.slice(0, 2).toLowerCase())
  return wanted.find((l): l is Lang => l === 'es' || l === 'en') ?? 'en'
}

export const lang = new Language()

type Text = string | ((...args: never[]) => string)
type Both = Record<string, Record<Lang, Text>>

/**
 * Texts of a page, both languages side by side; each is a string or a function that makes one. What it gives has
 * them in the language of now, so that a template that shows one changes with it:
 *
 *   const t = texts({ hello: { es: 'Hola', en: 'Hello' }, faces: { es: (n: number) => `${n} caras`, en: (n: number) => `${n} faces` } })
 *   t.hello, t.faces(3)
 *
 * A text that lacks a language does not compile, nor one whose functions take different things.
 */
export function texts<T extends Both>(both: T): { readonly [K in keyof T]: T[K]['es'] & T[K]['en'] extends string ? string : T[K]['es'] & T[K]['en'] } {
  const now = {}
  for (const [name, text] of Object.entries(both)) {
    Object.defineProperty(now, name, { enumerable: true, get: () => text[lang.now] })
  }
  return now as never
}
