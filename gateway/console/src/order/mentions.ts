/** Whom does a note name? `@` and the beginning of a name asks; a whole name that was chosen counts. */

export interface Colleague {
  user_id: string
  name: string
}

const ASKED = /(^|\s)@([\p{L}\p{N}.'-]{0,40})$/u

/** What stands behind the last `@` before the cursor; null if nobody is about to be named. */
export function asked(text: string, cursor: number): string | null {
  return ASKED.exec(text.slice(0, cursor))?.[2] ?? null
}

/** The text with the name in the place of what was typed, and where the cursor is then. */
export function named(text: string, cursor: number, name: string): [string, number] {
  const typed = asked(text, cursor)
  if (typed === null) return [text, cursor]
  const before = `${text.slice(0, cursor - typed.length)}${name} `
  return [before + text.slice(cursor).replace(/^ /, ''), before.length]
}

/** The ids of those who are still named: whoever is deleted from the text is not told. */
export function mentioned(text: string, chosen: Colleague[]): string[] {
  const longestFirst = [...chosen].sort((one, other) => other.name.length - one.name.length)
  const ids = new Set<string>()
  let left = text
  for (const { user_id, name } of longestFirst) {
    const without = left.split(`@${name}`)
    if (without.length > 1) ids.add(user_id)
    left = without.join(' ')
  }
  return [...ids]
}
