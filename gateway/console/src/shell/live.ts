/** What has changed meanwhile? The gateway tells; what is on the screen is asked for again. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

interface News {
  topic: string
  id?: string
  order_id?: string
}

const LISTS: Record<string, string[]> = {
  orders: ['orders'],
  fulfillments: ['fulfillments'],
  returns: ['returns'],
  exceptions: ['exceptions'],
  imports: ['imports', 'inbound', 'channels'],
}
const ONE: Record<string, string> = { orders: 'order', fulfillments: 'fulfillment', returns: 'return' }
const TOGETHER_MS = 700

/** The queries that news are about. */
export function touched(news: News): string[][] {
  const lists = (LISTS[news.topic] ?? []).map((list) => [list])
  const one = ONE[news.topic]
  const order = news.order_id ? [['order', news.order_id]] : []
  return [...lists, ...(one && news.id ? [[one, news.id]] : []), ...order]
}

/** Listen while somebody looks; what comes close together is asked for once. */
export function useLive() {
  const cache = useQueryClient()
  useEffect(() => {
    let source: EventSource | null = null
    const turn = () => {
      if (document.hidden) {
        source?.close()
        source = null
      } else source ??= listen(cache)
    }
    turn()
    document.addEventListener('visibilitychange', turn)
    return () => {
      document.removeEventListener('visibilitychange', turn)
      source?.close()
    }
  }, [cache])
}

function listen(cache: QueryClient): EventSource {
  const source = new EventSource('/events')
  const keys = new Map<string, string[]>()
  let timer = 0
  const later = () => {
    timer ||= window.setTimeout(() => {
      timer = 0
      for (const key of keys.values()) void cache.invalidateQueries({ queryKey: key })
      keys.clear()
    }, TOGETHER_MS)
  }
  source.addEventListener('change', (event: MessageEvent<string>) => {
    for (const key of touched(JSON.parse(event.data) as News)) keys.set(key.join('\n'), key)
    later()
  })
  source.addEventListener('reset', () => void cache.invalidateQueries())
  return source
}
