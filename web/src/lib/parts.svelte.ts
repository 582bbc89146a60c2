import { tick } from 'svelte'
import { route } from './route.svelte'

/**
 * For a page that has parts of its own, such as #/opinions/ID: whoever goes from one to another hears which it is and
 * goes on from its beginning. To be called while the page is set up.
 */
export function focusParts() {
  let before = route.rest.join('/')
  $effect(() => {
    const now = route.rest.join('/')
    if (now === before) return
    before = now
    void tick().then(() => document.querySelector<HTMLElement>('main h1')?.focus())
  })
}
