/** In which language does the console speak? English texts are the keys; de.ts has each in German. */
import type { de } from './de'

export type Text = keyof typeof de
export type Language = 'en' | 'de'
type Values = Record<string, string | number>

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
]

let language: Language = 'en'
let known: Record<string, string> = {}

/** Load a language; English needs nothing. */
export async function speak(wanted: Language): Promise<void> {
  known = wanted === 'de' ? { ...(await import('./deWords')).deWords, ...(await import('./de')).de } : {}
  language = wanted
  document.documentElement.lang = wanted
}

/** The language that was chosen here, or that the browser asks for. */
export function preferred(): Language {
  const kept = localStorage.getItem('language') ?? navigator.language.slice(0, 2)
  return kept === 'de' ? 'de' : 'en'
}

/** Say a text; {name} stands for a value. */
export function t(text: Text, values: Values = {}): string {
  return filled(known[text] ?? text, values)
}

/** Say a word that came from the API, such as a state: `in_transit` is `in transit`. */
export function word(code: string): string {
  const plain = code.replaceAll('_', ' ')
  return known[plain] ?? plain
}

/** The locale for numbers and times. */
export function locale(): string {
  return language === 'de' ? 'de-DE' : navigator.language.startsWith('en') ? navigator.language : 'en-GB'
}

export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
