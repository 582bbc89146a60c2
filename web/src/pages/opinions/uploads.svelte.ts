import { aborted, upload, url, type Schema } from '../../lib/api'
import type { Recipe } from './Recipe.svelte'

interface Sending {
  id: number
  name: string
  part: number // of it that has gone, 0 to 1
  problem: unknown
}

// The training files that are being sent. They go on when the visitor looks at another page.
class Uploads {
  list = $state<Sending[]>([])
  #next = 0

  /** Sends a training file to be trained by the recipe, and calls then once the server has it. */
  async send(file: File, recipe: Recipe, then: () => void) {
    this.list.push({ id: this.#next++, name: file.name, part: 0, problem: null })
    const sending = this.list.at(-1)! // as the list has it, so that changes show
    try {
      await upload<Schema<'TrainingView'>>('PUT', url('/v1/training/{name}', { name: file.name }, { ...recipe }), file, (part) => (sending.part = part))
      this.drop(sending.id)
      then()
    } catch (err) {
      if (!aborted(err)) sending.problem = err
    }
  }

  drop(id: number) {
    this.list = this.list.filter((s) => s.id !== id)
  }
}

export const uploads = new Uploads()
