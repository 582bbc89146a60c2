import { aborted, messageOf, upload, url, type Schema } from '../../lib/api'
import { bytes } from '../../lib/format'
import { session } from '../../lib/session.svelte'
import { t } from '../../texts/photos'

export interface Failed {
  file: File
  source: string
  reason: string
}

const atOnce = 3 // uploads

// The photos that are being sent. It lives as long as the page, so that the visitor may look at something else meanwhile.
class Uploads {
  all = $state(0) // of the batch
  sent = $state(0)
  known = $state(0) // of the sent: the server had them
  failed = $state.raw<Failed[]>([])
  part = $state(0) // of the bytes of the batch that have gone, 0 to 1
  busy = $state(false)
  #waiting: { file: File; source: string }[] = []
  #running = 0
  #bytes = 0
  #gone = 0
  #stop = new AbortController()

  /** Sends files, in a new batch unless one is under way. */
  add(files: File[], source: string) {
    if (!this.busy) this.clear()
    for (const file of files) this.#put(file, source)
    this.#go()
  }

  /** Sends again what failed; all of it, if nothing else is said. */
  retry(which: Failed[] = this.failed) {
    this.failed = this.failed.filter((failed) => !which.includes(failed))
    this.all -= which.length
    for (const { file, source } of which) this.#put(file, source)
    this.#go()
  }

  #put(file: File, source: string) {
    this.all++
    const reason = this.#refused(file)
    if (reason) {
      this.failed = [...this.failed, { file, source, reason }]
      return
    }
    this.#waiting.push({ file, source })
    this.#bytes += file.size
  }

  /** Gives up what has not gone yet. */
  giveUp() {
    this.all -= this.#waiting.length
    this.#waiting = []
    this.#stop.abort()
    this.#stop = new AbortController()
  }

  /** Forgets what became of them. */
  clear() {
    this.all = this.sent = this.known = this.part = this.#bytes = this.#gone = 0
    this.failed = []
  }

  #refused(file: File): string {
    const most = session.state?.photo_bytes ?? Infinity
    if (file.size === 0) return t.empty
    if (file.size > most) return t.tooLarge(bytes(file.size), bytes(most))
    if (file.type && !file.type.startsWith('image/')) return t.notAPhoto
    return ''
  }

  #go() {
    while (this.#running < atOnce && this.#waiting.length) void this.#send(this.#waiting.shift()!)
    this.busy = this.#running > 0
  }

  async #send({ file, source }: { file: File; source: string }) {
    this.#running++
    let gone = 0
    const progress = (part: number) => {
      this.#gone += part * file.size - gone
      gone = part * file.size
      this.part = this.#bytes ? this.#gone / this.#bytes : 0
    }
    try {
      const answer = await upload<Schema<'UploadView'>>('PUT', url('/v1/photos/{name}', { name: file.name }, { source: source || undefined, modified_at: new Date(file.lastModified).toISOString() }), file, progress, this.#stop.signal)
      this.sent++
      if (answer.known) this.known++
    } catch (err) {
      if (aborted(err)) this.all--
      else this.failed = [...this.failed, { file, source, reason: messageOf(err) }]
    }
    progress(1)
    this.#running--
    this.#go()
  }
}

export const uploads = new Uploads()
