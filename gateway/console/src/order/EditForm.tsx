/** How is an order edited? With a form, a look at what will change and what it costs, and a reason. */
import { Alert, List, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { Sorry } from '@/parts/Sorry'
import { money } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'
import { ifMatch } from './match'
import { Winner } from './Winner'

type Wish = Omit<Schemas['EditOrderBody'], 'reason'>

const SETTLED: Record<Of<'EditPreview'>['settlement'], Words | undefined> = {
  none: undefined,
  held: 'It is held on the card beside what is held already.',
  on_terms: 'It is owed on the terms that were agreed.',
  not_taken: 'It is not taken when the goods leave.',
  refunded: 'It is refunded.',
}

interface Form {
  order: Of<'Order'>
  label: string
  wish: Wish
  /** What the wish is while nobody has changed anything. */
  unchanged: Wish
  whole: boolean
  /** Fill the form from the order. */
  fill: () => void
  children: ReactNode
}

export function EditForm({ order, label, wish, unchanged, whole, fill, children }: Form) {
  const [seen, setSeen] = useState(order) // what the form was filled from: somebody may change it meanwhile
  const [reason, setReason] = useState('')
  const load = () => { setSeen(order); fill() }
  const path = { order_id: order.order_id }
  const [calm] = useDebouncedValue(JSON.stringify(wish), 400)
  const differs = calm !== JSON.stringify(unchanged)
  const preview = useQuery({
    queryKey: ['edit preview', order.order_id, seen.version, calm],
    queryFn: () => got(api.POST('/orders/{order_id}/edits/preview', {
      params: { path, header: ifMatch(seen) }, body: { ...(JSON.parse(calm) as Wish), reason: '–' },
    })),
    enabled: whole && differs,
    retry: false,
  })
  const act = useChange(
    (body: Wish & { reason: string }, key) => got(api.POST('/orders/{order_id}/edits', { params: { path, header: { ...key, ...ifMatch(seen) } }, body })),
    { refresh: [['order', order.order_id], ['orders']], says: t('The change is under way.'), done: () => setReason('') },
  )
  const changes = preview.data && differs ? preview.data : null
  return (
    <Ask label={label} size="xs" does={t('Change')} wide act={act} opened={load} ready={whole && !!changes && !!reason.trim()} submit={() => act.mutate({ ...wish, reason: reason.trim() })}>
      <Overtaken seen={seen} now={order} load={load} act={act} told={t('Somebody else has changed this order since you opened it.')}>
        <Winner />
      </Overtaken>
      {children}
      <TextInput label={t('Reason')} required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {differs && whole && <Sorry error={preview.error} />}
      {changes && <Preview of={changes} />}
    </Ask>
  )
}

function Preview({ of }: { of: Of<'EditPreview'> }) {
  const settled = SETTLED[of.settlement]
  return (
    <Alert color="blue" role="status">
      <List size="sm">
        {of.changes.map((one) => <List.Item key={one.field}><b>{word(one.field)}</b>: {one.before || '–'} → {one.after}</List.Item>)}
      </List>
      <Text size="sm" mt={4}>{t('Difference in price: {amount}', { amount: money(of.difference, of.currency) })}</Text>
      {settled && <Text size="sm">{t(settled)}</Text>}
      {of.asks_warehouse && <Text size="sm">{t('It holds once the warehouse has agreed, which it does unless picking has begun.')}</Text>}
    </Alert>
  )
}
