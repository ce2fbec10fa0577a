/** How is money given back? An amount and a reason; how much can go back, the server knows. */
import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { minorUnits, money } from '@/text/show'
import { t } from '@/text/text'

export function Refund({ order }: { order: Of<'Order'> }) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const amount = minorUnits(typed, order.currency)
  const act = useChange(
    (wish: { amount: Schemas['Money']; reason: string }, key) => got(api.POST('/orders/{order_id}/refunds', {
      params: { path: { order_id: order.order_id }, header: key },
      body: { ...wish, refund_id: key['Idempotency-Key'] },
    })),
    { refresh: [['order', order.order_id]], says: t('The refund is under way.') },
  )
  return (
    <Ask label={t('Refund')} title={t('Give money back')} does={t('Refund')} act={act} ready={amount > 0 && !!reason.trim()}
      submit={() => act.mutate({ amount: { amount, currency: order.currency }, reason: reason.trim() })}>
      <Text size="sm">{t('{captured} was captured, {refunded} refunded.', { captured: money(order.captured, order.currency), refunded: money(order.refunded, order.currency) })}</Text>
      <TextInput label={t('Amount')} inputMode="decimal" required data-autofocus rightSection={<Text size="xs" pr="xs">{order.currency}</Text>} rightSectionWidth={56}
        value={typed} onChange={(event) => setTyped(event.currentTarget.value)}
        error={typed && Number.isNaN(amount) ? t('Write an amount such as 12.50.') : undefined} />
      <TextInput label={t('Reason')} required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}
