// Finds faces and what they show, in this browser: nothing of a picture is sent anywhere. The work is done by
// worker.ts, so that the page goes on meanwhile.
import type { Schema } from '../lib/api'

export type Unsure = NonNullable<Schema<'MeasuredFace'>['unsure']>

export interface SeenFace {
  box: Schema<'Box'>
  confidence: number // in percent, that this is a face
  emotions: Schema<'Emotion'>[] // the most probable first, in percent
  unsure?: Unsure // why they cannot be trusted
}

/** What the worker says: once that it is ready, then the faces of one picture after the other; or what went wrong. */
export type Answer = { faces: SeenFace[] } | { ready: true } | { failed: string }

export class Finder {
  #worker: Worker
  #answered: (answer: Answer) => void = () => {}

  private constructor() {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    this.#worker.onmessage = (e: MessageEvent<Answer>) => this.#answered(e.data)
    this.#worker.onerror = (e) => this.#answered({ failed: e.message || 'the worker did not load' })
  }

  /** Loads the networks, some megabytes. */
  static async load(): Promise<Finder> {
    const finder = new Finder()
    try {
      await finder.#answer()
    } catch (err) {
      finder.stop()
      throw err
    }
    return finder
  }

  /** Finds the faces of a picture, which is used up; one picture at a time. */
  async find(picture: ImageBitmap): Promise<SeenFace[]> {
    const answer = this.#answer()
    this.#worker.postMessage(picture, [picture])
    const got = await answer
    return 'faces' in got ? got.faces : []
  }

  /** Ends the work; what is being looked for is never answered. */
  stop() {
    this.#worker.terminate()
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answered = (answer) => ('failed' in answer ? reject(new Error(answer.failed)) : resolve(answer))
    })
  }
}
