/** With which payment providers do we work? Accounts, of whose secrets nobody is shown more than the names. */
import { ifMatch } from '@/order/match'
import { api, got, type Of, type Schemas } from './client'

export type Account = Of<'ProviderAccount'>
export type Kind = Of<'ProviderKind'>

const one = (account: string) => ({ params: { path: { account } } })

export const accounts = {
  all: () => got(api.GET('/payment-accounts')),
  save: ({ account, seen, ...body }: { account: string; seen?: Account } & Schemas['SaveAccountBody']) =>
    got(api.PUT('/payment-accounts/{account}', { params: { ...one(account).params, header: seen && ifMatch(seen) }, body })),
  test: (account: string) => got(api.POST('/payment-accounts/{account}/test', one(account))),
}
