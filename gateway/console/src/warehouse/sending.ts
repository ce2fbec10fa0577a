/** How do scans get from the browser's queue to the server, and what is shown meanwhile? */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { isThere, whenItChanges } from '@/away/away'
import { newKey } from '@/api/key'
import { Problem } from '@/api/problem'
import { Queue, type Scan } from './queue'
import { browserShelf } from './shelf'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 15_000

export const pickKey = (id: string) => ['fulfillment', id]

function send(scan: Scan) {
  return got(api.POST('/fulfillments/{fulfillment_order_id}/scans', {
    params: { path: { fulfillment_order_id: scan.fulfillment_order_id }, header: { 'Idempotency-Key': scan.key } },
    body: { barcode: scan.barcode, bin: scan.bin, quantity: scan.quantity, scan_id: scan.key },
  }))
}

/** Keep and send the scans of a pick list; `refused` hears what the server would not take. */
export function useSending(id: string, refused: (why: string) => void) {
  const cache = useQueryClient()
  const known = useRef<Scan[]>([])
  const [, draw] = useState(0)
  const keep = useCallback((scans: Scan[]) => {
    known.current = scans
    draw((times) => times + 1)
  }, [])
  const said = useRef(refused)
  said.current = refused
  const queue = useMemo(() => new Queue<Of<'Fulfillment'>>(browserShelf, send, (scan, answer) => {
    // at once with the new list, or a scan would count twice for a moment
    if (!(answer instanceof Problem)) keep(known.current.filter((one) => one.key !== scan.key))
    if (answer instanceof Problem) {
      said.current(answer.message)
      void cache.invalidateQueries({ queryKey: pickKey(scan.fulfillment_order_id) })
    } else {
      cache.setQueryData<Of<'Fulfillment'>>(pickKey(scan.fulfillment_order_id), (known) => ({ ...answer, warehouse_name: answer.warehouse_name || (known?.warehouse_name ?? '') }))
    }
  }), [cache, keep])
  const show = useCallback(async () => keep(await queue.list()), [queue, keep])

  const pump = useRef<() => void>(() => {})
  useEffect(() => {
    let timer = 0
    let pause = FIRST_PAUSE_MS
    let over = false
    const run = async () => {
      clearTimeout(timer)
      const sent = await queue.flush().catch(() => false)
      if (over) return
      await show()
      pause = sent ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
      if (!sent) timer = window.setTimeout(() => void run(), pause * (0.75 + Math.random() / 2))
    }
    const again = () => {
      pause = FIRST_PAUSE_MS
      void run()
    }
    pump.current = again
    void show().then(run)
    window.addEventListener('online', again)
    const stop = whenItChanges(() => isThere() && again())
    return () => {
      over = true
      stop()
      clearTimeout(timer)
      window.removeEventListener('online', again)
    }
  }, [queue, show])

  const add = useCallback(async (barcode: string, bin: string) => {
    const scan = { key: newKey(), fulfillment_order_id: id, barcode, bin, quantity: 1, at: Date.now(), refused: '' }
    keep([...known.current, scan])
    await queue.add(scan)
    pump.current()
  }, [id, queue, keep])
  const forget = useCallback(async (key: string) => {
    await queue.forget(key)
    await show()
  }, [queue, show])
  /** The scans of this list, as they are this very moment. */
  const scans = () => known.current.filter((scan) => scan.fulfillment_order_id === id)
  return { scans, add, forget }
}
