// What the visitor chose, kept in this browser. A browser that keeps nothing (a private window, cookies refused)
// must not break the page, so reading gives null then and writing does nothing.

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`animo.${name}`)
  } catch {
    return null
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`animo.${name}`, value)
  } catch {
    // it holds until the page is closed
  }
}
