export interface Question {
  title: string
  text: string
  action: string // what the button says, a verb: "Erase photo"
  danger?: boolean // it cannot be undone
}

// Asks the visitor, and gives whether they agreed:
//   if (await confirm.ask({ title: t.eraseTitle, text: t.eraseText, action: t.erase, danger: true })) …
class Confirm {
  question = $state<Question | null>(null)
  #answer: (yes: boolean) => void = () => {}

  ask(question: Question): Promise<boolean> {
    this.#answer(false)
    this.question = question
    return new Promise((resolve) => (this.#answer = resolve))
  }

  answer(yes: boolean) {
    this.question = null
    this.#answer(yes)
    this.#answer = () => {}
  }
}

export const confirm = new Confirm()
