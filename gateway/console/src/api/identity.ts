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

export interface Grant {
  role: string
  warehouses: string[] | null
  channels: string[] | null
}

export interface User {
  user_id: string
  email: string
  name: string
  language: string
  roles: Grant[]
  second_factor: boolean
  active: boolean
  created_at: string
  version: number
}

export interface Permission {
  permission: string
  words: string
}

export interface Roles {
  roles: { role: string; permissions: Permission[] }[]
  permissions: Permission[]
}

export interface ApiKey {
  key_id: string
  name: string
  scopes: string[] | null
  state: 'valid' | 'expired' | 'revoked'
  created_at: string
  created_by: string
  expires_at: string | null
  used_at: string | null
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
  invite: (wish: { email: string; name: string; roles: Grant[] }) =>
    call<User>('POST', '/users', wish),
  change: (user: User, wish: { name: string; roles: Grant[] }) =>
    call<User>('PUT', `/users/${user.user_id}`, { ...wish, language: user.language }, user.version),
  deactivate: (userId: string) => call<User>('POST', `/users/${userId}/deactivation`),
  roles: () => call<Roles>('GET', '/roles'),
  keys: () => call<{ api_keys: ApiKey[]; next: string }>('GET', '/api-keys?limit=200'),
  makeKey: (wish: { name: string; scopes: string[]; expires_at?: string }) =>
    call<{ key: ApiKey; secret: string }>('POST', '/api-keys', wish),
  revokeKey: (keyId: string) => call<void>('DELETE', `/api-keys/${keyId}`),
}
