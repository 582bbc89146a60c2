import { api, type Schema } from '../../lib/api'
import { poll } from '../../lib/poll'
import { toasts } from '../../lib/toasts.svelte'

export type Batch = Schema<'BatchView'>

export const nameOf = (b: Batch) => b.name ?? b.id

// The latest files that a model was asked about, as the server lists them: asked for anew every few seconds, and more often while one
// is being classified. To be called while a component is made.
export function batchesOf(id: () => string, limit: number) {
  let list = $state.raw<Batch[]>([])
  let problem = $state<unknown>(null)
  let turn = $state(0) // asks anew when it changes

  const running = $derived(list.some((b) => b.status === 'stored' || b.status === 'classifying'))
  $effect(() => {
    void turn
    return poll(
      running ? 500 : 15_000,
      async (signal) => {
        list = (await api('get', '/v1/models/{id}/batches', { path: { id: id() }, query: { limit }, signal })).items ?? []
        problem = null
      },
      (err) => (problem = err),
    )
  })

  return {
    get list() {
      return list
    },
    get problem() {
      return problem
    },
    again: () => turn++,
    async remove(batch: string) {
      try {
        await api('delete', '/v1/models/{id}/batches/{batch}', { path: { id: id(), batch } })
      } catch (err) {
        toasts.fail(err)
      }
      turn++
    },
  }
}
