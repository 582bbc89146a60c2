import { aborted, messageOf } from './api'

export interface Toast {
  id: number
  text: string
  bad: boolean
}

const lasts = 6000 // milliseconds; what went wrong stays until it is put away

// Short words to the visitor, of what was done or went wrong elsewhere than where they look.
class Toasts {
  list = $state<Toast[]>([])
  #next = 0

  say(text: string) {
    const id = this.#add(text, false)
    setTimeout(() => this.drop(id), lasts)
  }

  /** Shows an error. Nothing for a request that the page gave up itself. */
  fail(err: unknown) {
    if (!aborted(err) && !this.list.some((toast) => toast.bad && toast.text === messageOf(err))) this.#add(messageOf(err), true)
  }

  drop(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  #add(text: string, bad: boolean) {
    const id = this.#next++
    this.list = [...this.list.slice(-3), { id, text, bad }]
    return id
  }
}

export const toasts = new Toasts()
