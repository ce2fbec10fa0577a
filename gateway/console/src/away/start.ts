/** How does a page come to have a worker? It is installed once the page has time; browsers have it only behind https. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isThere, whenItChanges } from './away'

const ASK_MS = 5_000
const SHOWN_AWAY = ['session', 'warehouses', 'fulfillments', 'fulfillment']

export function startWorker() {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const later = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 1000))
  // without it everything works that needs no start without a connection
  later(() => void navigator.serviceWorker.register('/console/worker.js').catch(() => undefined))
}

/** Ask anew for what a worker may keep once there is one, and for everything when the gateway is back. */
export function useReturn() {
  const cache = useQueryClient()
  useEffect(() => {
    const again = () => {
      for (const key of SHOWN_AWAY) void cache.invalidateQueries({ queryKey: [key] })
    }
    navigator.serviceWorker?.addEventListener('controllerchange', again)
    return () => navigator.serviceWorker?.removeEventListener('controllerchange', again)
  }, [cache])
  useEffect(() => {
    let timer = 0
    const look = () => {
      clearInterval(timer)
      if (!isThere()) timer = window.setInterval(() => void cache.invalidateQueries({ queryKey: ['session'] }), ASK_MS)
    }
    const stop = whenItChanges(() => {
      look()
      if (isThere()) void cache.invalidateQueries()
    })
    look() // it may be away since before this page was drawn
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [cache])
}
