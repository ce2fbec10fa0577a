/** What is in which box so far, and what is still to be scanned? */
import type { Of } from '@/api/client'

export interface Box {
  carton: string
  barcodes: string[]
}

export interface Wanted {
  line_id: string
  sku: string
  name: string
  barcodes: string[]
  pieces: number
  scanned: number
}

/** What was picked, with how many of it are in boxes already. */
export function wanted(lines: Of<'PickLine'>[], boxes: Box[]): Wanted[] {
  const scans = boxes.flatMap((box) => box.barcodes)
  const rows = lines.map(({ line_id, sku, name, barcodes, picked }) => ({ line_id, sku, name, barcodes, pieces: picked, scanned: 0 }))
  for (const code of scans) {
    const row = rowOf(rows, code)
    if (row) row.scanned += 1
  }
  return rows.filter((row) => row.pieces > 0)
}

export function rowOf(rows: Wanted[], code: string): Wanted | undefined {
  const matching = rows.filter((row) => row.barcodes.includes(code))
  return matching.find((row) => row.scanned < row.pieces) ?? matching[0]
}
