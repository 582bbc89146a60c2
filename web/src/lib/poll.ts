import { untrack } from 'svelte'
import { aborted } from './api'

/**
 * Calls ask now and then every ms milliseconds after it ended, while the page is seen; gives what stops it, so that
 * an effect can be: $effect(() => poll(2000, async (signal) => …, (err) => …)). After an error it goes on, too. What
 * ask reads does not begin the effect anew; what shall, the effect reads itself.
 */
export function poll(ms: number, ask: (signal: AbortSignal) => Promise<void>, failed: (err: unknown) => void): () => void {
  const stop = new AbortController()
  let timer = 0
  const turn = async () => {
    if (!document.hidden) {
      try {
        await ask(stop.signal)
      } catch (err) {
        if (!aborted(err)) failed(err)
      }
    }
    if (!stop.signal.aborted) timer = window.setTimeout(turn, ms)
  }
  untrack(() => void turn())
  return () => {
    stop.abort()
    clearTimeout(timer)
  }
}
