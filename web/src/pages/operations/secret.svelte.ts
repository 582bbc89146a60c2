// A secret that the server showed this once. It is kept here, so that it stays to be seen if the page is set up anew,
// as it is when the visitor signs in, until they put it away.
export interface Secret {
  title: string
  text: string
  values: { label: string; value: string }[]
}

export const shown = $state<{ secret: Secret | null }>({ secret: null })
