/** How is a history told? By day, narrowed by words and by who did it. */

import { word } from '@/text/text'

interface Line {
  at: string
  actor: string
  action: string
  subject: string
  before: string
  after: string
  reason: string
}

const KINDS: Record<string, string> = { key: 'API key', service: 'service', channel: 'channel', rule: 'rule', person: '', user: '' }

/** Say an actor in words: `key:shop` is API key shop. */
export function who(actor: string): string {
  const colon = actor.indexOf(':')
  const kind = KINDS[actor.slice(0, colon)]
  return colon > 0 && kind !== undefined ? `${kind} ${actor.slice(colon + 1)}`.trim() : actor
}

/** Without ids that tell people nothing: what they name stands beside them, or on the page. */
export function plain(told: string): string {
  return told.replace(/\b[a-z]{3}_[0-9A-Z]{26}\b/g, '').replace(/^[:\s·]+|[:\s·]+$/g, '')
}

/** A code in words: `out_for_delivery` is out for delivery; all else is as it is. */
export function said(told: string): string {
  return /^[a-z]+(_[a-z]+)*$/.test(told) ? word(told) : told
}

/** The lines in which every word occurs, done by this actor if one is named. */
export function matching<L extends Line>(lines: L[], text: string, actor: string): L[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return lines.filter((line) => {
    const said = [line.action, line.subject, line.before, line.after, line.reason, line.actor].join(' ').toLowerCase()
    return (!actor || line.actor === actor) && words.every((word) => said.includes(word))
  })
}

/** Put lines of one day (here, not in Greenwich) together, newest day first. */
export function byDay<L extends Line>(lines: L[]): [string, L[]][] {
  const days = new Map<string, L[]>()
  for (const line of lines) {
    const date = new Date(line.at).toLocaleDateString('sv-SE')
    days.set(date, [...(days.get(date) ?? []), line])
  }
  return [...days].sort(([one], [other]) => other.localeCompare(one))
}
