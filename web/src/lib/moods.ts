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

/** A mood's colour, from the style sheet; for what cannot use its classes, such as a canvas. */
export function moodColour(mood: Mood): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--mood-${mood.toLowerCase()}`).trim()
}
