/** What does a scan look like on the spot, before the server has judged it?

The pick list says which codes each line has. A code that no line has is refused at once, so that
nobody walks on with the wrong thing though the connection is away; the server judges all others.
*/
import type { Of } from '@/api/client'
import type { Scan } from './queue'

type Line = Of<'PickLine'>

export const left = (line: Line) => line.quantity - line.short - line.picked

/** The lines with what waits to be sent already counted. */
export function withWaiting(lines: Line[], waiting: Scan[]): Line[] {
  const counted = lines.map((line) => ({ ...line }))
  for (const scan of waiting.filter((one) => !one.refused)) {
    const line = lineOf(counted, scan.barcode)
    if (line) line.picked += scan.quantity
  }
  return counted
}

export function lineOf(lines: Line[], code: string): Line | undefined {
  const matching = lines.filter((line) => line.barcodes.includes(code))
  return matching.find((line) => left(line) > 0) ?? matching[0]
}

export type Seen =
  | { kind: 'bin'; line: Line }
  | { kind: 'item'; line: Line }
  | { kind: 'enough'; line: Line }
  | { kind: 'wrong' }

/** Tell what was scanned: a bin of the list, a thing that is wanted, one too many, or a wrong one. */
export function look(lines: Line[], code: string): Seen {
  const line = lineOf(lines, code)
  if (line) return { kind: left(line) > 0 ? 'item' : 'enough', line }
  const at = lines.find((one) => one.bin === code)
  return at ? { kind: 'bin', line: at } : { kind: 'wrong' }
}

/** Which line is next: the first with something left, in the order of the way. */
export const next = (lines: Line[]) => lines.find((line) => left(line) > 0)
