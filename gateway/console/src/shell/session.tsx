/** Who works here, and what may they do? Both come from the gateway. */
import { Center, Loader } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { forget } from '@/away/kept'
import { keepToken, whenLoggedOut } from '@/api/client'
import { identity, type Session } from '@/api/identity'
import { Problem } from '@/api/problem'
import { Login } from '@/login/Login'
import { Sorry } from '@/parts/Sorry'

const Known = createContext<Session | null>(null)
export const SESSION = ['session']

/** Show the pages to who is logged in, else the login. */
export function Doorkeeper({ children }: { children: ReactNode }) {
  const cache = useQueryClient()
  const asked = useQuery({ queryKey: SESSION, queryFn: identity.session, retry: false, staleTime: 300_000 })
  useEffect(() => whenLoggedOut(() => { void forget(); cache.setQueryData(SESSION, null) }), [cache])
  const session = asked.data ?? null
  keepToken(session?.csrf_token ?? '')
  if (asked.isPending) return <Center h="100vh"><Loader aria-label="…" /></Center>
  if (session) return <Known.Provider value={session}>{children}</Known.Provider>
  if (asked.error instanceof Problem && asked.error.status !== 401) {
    return <Center h="100vh" p="md"><Sorry error={asked.error} again={() => void asked.refetch()} /></Center>
  }
  return <Login />
}

/** The session of who is logged in. */
export function useSession(): Session {
  const session = useContext(Known)
  if (!session) throw new Error('nobody is logged in')
  return session
}

/** Ask whether the one who is logged in may do something, such as `orders.write`, or `any` thing. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useSession()
  return useMemo(() => {
    const held = new Set(permissions)
    return (permission: string) => (permission === 'any' ? held.size > 0 : held.has(permission))
  }, [permissions])
}
