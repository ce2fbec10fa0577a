/** Who is logged in, and who may? What the gateway itself answers about people and keys. */
import { api, got, type Of, type Schemas } from './client'

export type Session = Of<'Session'>
export type Grant = Of<'Grant'>
export type User = Of<'User'>

const version = (of: { version: number }) => ({ 'If-Match': `"${of.version}"` })

export const identity = {
  session: () => got(api.GET('/session')),
  ways: () => got(api.GET('/login/ways')),
  logIn: (body: Schemas['Login']) => got(api.POST('/login', { body })),
  logOut: () => got(api.DELETE('/session')),
  askReset: (email: string) => got(api.POST('/password-resets', { body: { email } })),
  reset: (token: string, password: string) =>
    got(api.POST('/password-resets/{token}', { params: { path: { token } }, body: { password } })),
  changePassword: (old: string, password: string) =>
    got(api.PUT('/session/password', { body: { old, new: password } })),
  secondFactor: () => got(api.GET('/session/second-factor')),
  switchOn: (code: string) => got(api.PUT('/session/second-factor', { body: { code } })),
  switchOff: (code: string) => got(api.DELETE('/session/second-factor', { body: { code } })),
  users: (after: string) => got(api.GET('/users', { params: { query: { after, limit: 100 } } })),
  invite: (body: Schemas['NewUser']) => got(api.POST('/users', { body })),
  change: (user: User, wish: { name: string; roles: Grant[] }) =>
    got(api.PUT('/users/{user_id}', {
      params: { path: { user_id: user.user_id }, header: version(user) },
      body: { ...wish, language: user.language as Schemas['NewUser']['language'] },
    })),
  deactivate: (userId: string) =>
    got(api.POST('/users/{user_id}/deactivation', { params: { path: { user_id: userId } } })),
  roles: () => got(api.GET('/roles')),
  keys: () => got(api.GET('/api-keys', { params: { query: { limit: 200 } } })),
  makeKey: (body: Schemas['NewKey']) => got(api.POST('/api-keys', { body })),
  revokeKey: (keyId: string) =>
    got(api.DELETE('/api-keys/{key_id}', { params: { path: { key_id: keyId } } })),
}
