/** Who is logged in, and who may? The shapes of the gateway's own questions about people. */
import { call } from './client'

export interface Session {
  user: { user_id: string; name: string; email: string; language: string }
  roles: string[]
  permissions: string[]
  warehouses: string[] | null
  channels: string[] | null
  csrf_token: string
  second_factor: boolean
  expires_at: string
}

export interface Ways {
  password: boolean
  sso: { name: string } | null
}

export interface RoleOf {
  role: string
  warehouses: string[] | null
  channels: string[] | null
}

export interface User {
  user_id: string
  email: string
  name: string
  language: string
  active: boolean
  second_factor: boolean
  roles: RoleOf[]
  last_seen_at: string | null
  version: number
}

export interface Role {
  role: string
  about: string
  permissions: string[]
}

export interface ApiKey {
  key_id: string
  name: string
  scopes: string[]
  created_at: string
  expires_at: string | null
  used_at: string | null
  revoked_at: string | null
}

export const identity = {
  session: () => call<Session>('GET', '/session'),
  ways: () => call<Ways>('GET', '/login/ways'),
  logIn: (wish: { email: string; password: string; code?: string }) =>
    call<Session>('POST', '/login', wish),
  logOut: () => call<void>('DELETE', '/session'),
  askReset: (email: string) => call<void>('POST', '/password-resets', { email }),
  reset: (token: string, password: string) =>
    call<void>('POST', `/password-resets/${encodeURIComponent(token)}`, { password }),
  changePassword: (old: string, password: string) =>
    call<void>('PUT', '/session/password', { old, new: password }),
  secondFactor: () => call<{ uri: string; secret: string }>('GET', '/session/second-factor'),
  switchOn: (code: string) => call<void>('PUT', '/session/second-factor', { code }),
  switchOff: (code: string) => call<void>('DELETE', '/session/second-factor', { code }),
  users: (after: string) =>
    call<{ users: User[]; next: string }>('GET', `/users?limit=100${after && `&after=${after}`}`),
  invite: (wish: { email: string; name: string; roles: RoleOf[] }) =>
    call<User>('POST', '/users', wish),
  deactivate: (userId: string) => call<User>('POST', `/users/${userId}/deactivation`),
  roles: () => call<{ roles: Role[] }>('GET', '/roles'),
  keys: () => call<{ keys: ApiKey[] }>('GET', '/api-keys'),
  makeKey: (wish: { name: string; scopes: string[]; expires_at?: string }) =>
    call<ApiKey & { secret: string }>('POST', '/api-keys', wish),
  revokeKey: (keyId: string) => call<void>('DELETE', `/api-keys/${keyId}`),
}
