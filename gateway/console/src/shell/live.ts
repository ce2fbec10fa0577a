/** What has changed meanwhile? The gateway tells; what is on the screen is asked for again. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

interface News {
  topic: string
  id?: string
  order_id?: string
}

const LISTS: Record<string, string[]> = {
  orders: ['orders', 'mentions'],
  fulfillments: ['fulfillments'],
  returns: ['returns'],
  exceptions: ['exceptions'],
  imports: ['imports', 'inbound', 'channels'],
}
const ONE: Record<string, string> = { orders: 'order', fulfillments: 'fulfillment', returns: 'return' }
const TOGETHER_MS = 700
const COUNTED_MS = 3_000 // as long as the gateway remembers counts

/** The queries that news are about. */
export function touched(news: News): string[][] {
  const lists = (LISTS[news.topic] ?? []).map((list) => [list])
  const one = ONE[news.topic]
  const order = news.order_id ? [['order', news.order_id]] : []
  return [...lists, ...(one && news.id ? [[one, news.id]] : []), ...order]
}

/** The counts that news are about: they change with every order, and are asked for less often. */
export function counted(news: News): string[][] {
  return news.topic === 'orders' ? [['order-views'], ['order-counts']] : []
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
  const soon = gathering(cache, TOGETHER_MS)
  const later = gathering(cache, COUNTED_MS)
  source.addEventListener('change', (event: MessageEvent<string>) => {
    const news = JSON.parse(event.data) as News
    soon(touched(news))
    later(counted(news))
  })
  source.addEventListener('reset', () => void cache.invalidateQueries())
  return source
}

/** Let what comes within some time be asked for once. */
function gathering(cache: QueryClient, within: number): (keys: string[][]) => void {
  const gathered = new Map<string, string[]>()
  let timer = 0
  return (keys) => {
    if (!keys.length) return
    for (const key of keys) gathered.set(key.join('\n'), key)
    timer ||= window.setTimeout(() => {
      timer = 0
      for (const key of gathered.values()) void cache.invalidateQueries({ queryKey: key })
      gathered.clear()
    }, within)
  }
}
