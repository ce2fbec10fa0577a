/** Which columns had somebody hidden while the browser kept that? They become a view of their own, once. */
import { useEffect } from 'react'
import { api, got } from '@/api/client'
import { Problem } from '@/api/problem'
import { useChange } from '@/parts/change'
import { t } from '@/text/text'
import { chosen, type ColumnKey, columnsOf } from './views'

const KEPT = 'orders-hidden-columns'

/** The columns that are left; none, if nothing was hidden or what is kept is no list. */
export function columnsKept(kept: string | null): ColumnKey[] {
  try {
    const hidden: unknown = JSON.parse(kept ?? '[]')
    if (!Array.isArray(hidden)) return []
    return chosen(columnsOf({ filter: {}, view: '', columns: [] }).filter((key) => key === 'number' || !hidden.includes(key)))
  } catch {
    return []
  }
}

/** Save what the browser kept; it forgets when the gateway has it. */
export function useTakeOver() {
  const forget = () => localStorage.removeItem(KEPT)
  const { mutate, error } = useChange(
    (columns: ColumnKey[], header) => got(api.POST('/order-views', { params: { header }, body: { name: t('My columns'), columns } })),
    { refresh: [['order-views']], says: t('Your columns are a view now: My columns'), done: forget },
  )
  useEffect(() => {
    const columns = columnsKept(localStorage.getItem(KEPT))
    if (columns.length) mutate(columns)
    else forget()
  }, [mutate])
  useEffect(() => {
    if (error instanceof Problem && error.code === 'taken') forget() // by another browser of the same person
  }, [error])
}
