/** Who was faster? The last line of the order's history tells, wherever a change comes too late. */
import { Text } from '@mantine/core'
import { createContext, useContext } from 'react'
import type { Of } from '@/api/client'
import { clock } from '@/text/show'
import { t } from '@/text/text'
import { plain, who } from './telling'

type Line = Of<'HistoryLine'>

const Last = createContext<Line | null>(null)
export const WithLast = Last.Provider

/** The last line of a history. */
export const lastOf = (lines: Line[] | null) => lines?.reduce<Line | null>((last, line) => (last && last.seq > line.seq ? last : line), null) ?? null

export function Winner() {
  const last = useContext(Last)
  if (!last) return null
  const what = [last.action, plain(last.subject)].filter(Boolean).join(' · ')
  return <Text size="sm" mt={4}>{t('Last, at {when}: {what}, by {who}', { when: clock(last.at), what, who: who(last.actor) })}</Text>
}
