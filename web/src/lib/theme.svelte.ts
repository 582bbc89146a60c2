import { keep, kept } from './keep'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

// Light or dark, or as the system has it. The style sheet follows the attribute data-theme of the document.
class Chosen {
  now = $state<Theme>(themes.find((theme) => theme === kept('theme')) ?? 'auto')
  #system = $state(systemDark().matches)
  dark = $derived(this.now === 'auto' ? this.#system : this.now === 'dark') // what is seen

  constructor() {
    document.documentElement.dataset.theme = this.now
    systemDark().addEventListener('change', (e) => (this.#system = e.matches))
  }

  choose(theme: Theme) {
    this.now = theme
    keep('theme', theme)
    document.documentElement.dataset.theme = theme
  }
}

function systemDark() {
  return matchMedia('(prefers-color-scheme: dark)')
}

export const theme = new Chosen()
