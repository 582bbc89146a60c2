export const pages = ['live', 'photos', 'camera', 'people', 'opinions', 'operations'] as const
export type Page = (typeof pages)[number]

// Where the visitor is: #/photos/ID is page photos with rest ['ID']. Anything unknown is the first page.
class Route {
  #hash = $state(location.hash)
  #parts = $derived(this.#hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode))
  page = $derived<Page>(pages.find((p) => p === this.#parts[0]) ?? 'live')
  rest = $derived(this.#parts.slice(1))

  constructor() {
    addEventListener('hashchange', () => (this.#hash = location.hash))
  }

  go(...parts: [Page, ...string[]]) {
    location.hash = link(...parts)
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a lone % that somebody typed
  }
}

/** The link to a place of the page, for href: link('photos', id). */
export function link(...parts: [Page, ...string[]]): string {
  return '#/' + parts.map(encodeURIComponent).join('/')
}

export const route = new Route()
