import { api, onSignedOut, type Schema } from './api'

type State = Schema<'SessionView'>

// Who the visitor is to the server. Its state is null until the server has said.
class Session {
  state = $state<State | null>(null)
  problem = $state<unknown>(null) // why the server could not be asked

  constructor() {
    onSignedOut(() => {
      if (this.state && !this.state.needs_key) this.state = { ...this.state, signed_in: false, needs_key: true, tenant: '' }
    })
  }

  /** Asks the server. What it said before holds where it cannot be asked again. */
  async load() {
    try {
      this.problem = null
      this.state = await api('get', '/v1/session', {})
    } catch (err) {
      if (!this.state) this.problem = err
    }
  }

  /** Throws a Problem when the key is not taken. */
  async signIn(key: string) {
    this.state = await api('post', '/v1/session', { body: { key } })
  }

  async signOut() {
    await api('delete', '/v1/session', {})
    this.state = null
    await this.load()
  }
}

export const session = new Session()
