/** Which money came by transfer? Statements bring it, and people decide about what is not sure. */
import { api, got, type Of } from './client'

export type Transfer = Of<'TransferShown'>
type Key = { 'Idempotency-Key': string }

const one = (transfer_id: string) => ({ path: { transfer_id } })

export const transfers = {
  page: async (state: string, after: string) => {
    const page = await got(api.GET('/bank-transfers', { params: { query: { state, after } } }))
    return { rows: page.transfers, next: page.next }
  },
  read: (content: string, header: Key) => got(api.POST('/bank-statements', { params: { header }, body: { content } })),
  book: (transfer_id: string, order_id: string, header: Key) =>
    got(api.POST('/bank-transfers/{transfer_id}/booking', { params: { ...one(transfer_id), header }, body: { order_id } })),
  dismiss: (transfer_id: string, reason: string, header: Key) =>
    got(api.POST('/bank-transfers/{transfer_id}/dismissal', { params: { ...one(transfer_id), header }, body: { reason } })),
}
