/** Is the gateway there? Its answers tell; those that the worker has kept say of when they are. */
import { useSyncExternalStore } from 'react'
import { isAway, KEPT_AT } from './kept'

/** Since when it is away, and of when the oldest of what is shown meanwhile is. */
export interface Away {
  from: string
}

let away: Away | null = null
const listeners = new Set<() => void>()

function become(next: Away | null) {
  if (next === away || (next && away?.from === next.from)) return
  away = next
  for (const listener of listeners) listener()
}

/** Hear what an answer tells: it came from the gateway, or from before. */
export function heard(response: Response) {
  if (isAway(response)) return heardNothing()
  const at = response.headers.get(KEPT_AT)
  if (at) become({ from: away?.from && away.from < at ? away.from : at })
  else become(null)
}

/** No answer came. */
export function heardNothing() {
  become(away ?? { from: '' })
}

export function whenItChanges(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const isThere = () => away === null

/** Where the gateway is, for pages that say so. */
export const useAway = () => useSyncExternalStore(whenItChanges, () => away)
