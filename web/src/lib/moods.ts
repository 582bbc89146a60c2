import { texts } from './lang.svelte'

/** The moods in the order in which they are shown everywhere. */
export const moods = ['HAPPY', 'SURPRISED', 'SAD', 'OTHER'] as const
export type Mood = (typeof moods)[number]

export const moodNames = texts({
  HAPPY: { es: 'Alegría', en: 'Happy' },
  SURPRISED: { es: 'Sorpresa', en: 'Surprised' },
  SAD: { es: 'Tristeza', en: 'Sad' },
  OTHER: { es: 'Otro', en: 'Other' },
})

const emotionNames = texts({
  HAPPY: { es: 'alegría', en: 'happy' },
  SAD: { es: 'tristeza', en: 'sad' },
  ANGRY: { es: 'enfado', en: 'angry' },
  CONFUSED: { es: 'confusión', en: 'confused' },
  DISGUSTED: { es: 'asco', en: 'disgusted' },
  SURPRISED: { es: 'sorpresa', en: 'surprised' },
  CALM: { es: 'calma', en: 'calm' },
  FEAR: { es: 'miedo', en: 'afraid' },
  UNKNOWN: { es: 'desconocida', en: 'unknown' },
})

/** An emotion's name in the visitor's language; one that the page does not know as it is. */
export function emotionName(type: string): string {
  return type in emotionNames ? emotionNames[type as keyof typeof emotionNames] : type
}

const unsureNames = texts({
  small_face: { es: 'demasiado pequeño', en: 'too small' },
  covered_face: { es: 'cubierto en parte', en: 'partly covered' },
  blurred_face: { es: 'borroso', en: 'blurred' },
  bad_light: { es: 'con mala luz', en: 'in bad light' },
  turned_face: { es: 'vuelto a un lado', en: 'turned away' },
})

/** In a word or two, why a face's expression cannot be read; a reason that the page does not know as it is. */
export function unsureName(why: string): string {
  return why in unsureNames ? unsureNames[why as keyof typeof unsureNames] : why
}

/** The mood whose emotions add up to most, as the server routes a face; OTHER where they cannot be read. */
export function moodOf(emotions: { Type: string; Confidence: number }[], unsure?: string): Mood {
  const sums: Record<Mood, number> = { HAPPY: 0, SURPRISED: 0, SAD: 0, OTHER: 0 }
  for (const { Type, Confidence } of emotions) sums[moods.find((mood) => mood === Type) ?? 'OTHER'] += Confidence
  return unsure ? 'OTHER' : moods.reduce((most, mood) => (sums[mood] > sums[most] ? mood : most))
}

/** A mood's colour, from the style sheet; for what cannot use its classes, such as a canvas. */
export function moodColour(mood: Mood): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--mood-${mood.toLowerCase()}`).trim()
}
