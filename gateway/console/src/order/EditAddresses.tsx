/** How are the addresses of an order changed? With a reason, and a look at what will change before. */
import { Alert, Checkbox, Fieldset, Group, List, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { Sorry } from '@/parts/Sorry'
import { money } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'
import { ifMatch } from './match'
import { Winner } from './Winner'

type Address = Of<'Address'>

const FIELDS: [keyof Address, Words, boolean?][] = [
  ['name', 'Name', true], ['company', 'Company'], ['line1', 'Street and number', true], ['line2', 'Addition'],
  ['postcode', 'Postcode'], ['city', 'City', true], ['region', 'Region'], ['country', 'Country', true], ['phone', 'Phone'],
]
const EMPTY: Address = { name: '', company: '', line1: '', line2: '', postcode: '', city: '', region: '', country: '', phone: '', email: '' }

export function EditAddresses({ order }: { order: Of<'Order'> }) {
  const [seen, setSeen] = useState(order) // what the form was filled from: somebody may change it meanwhile
  const [shipTo, setShipTo] = useState(order.ship_to)
  const [billTo, setBillTo] = useState<Address | null>(order.bill_to)
  const [reason, setReason] = useState('')
  const load = () => { setSeen(order); setShipTo(order.ship_to); setBillTo(order.bill_to) }
  const path = { order_id: order.order_id }
  const wish = { ship_to: shipTo, bill_to: billTo }
  const [calm] = useDebouncedValue(JSON.stringify(wish), 400)
  const whole = isWhole(shipTo) && (billTo === null || isWhole(billTo))
  const differs = calm !== JSON.stringify({ ship_to: seen.ship_to, bill_to: seen.bill_to })
  const preview = useQuery({
    queryKey: ['edit preview', order.order_id, seen.version, calm],
    queryFn: () => got(api.POST('/orders/{order_id}/edits/preview', {
      params: { path, header: ifMatch(seen) }, body: { ...(JSON.parse(calm) as typeof wish), reason: '–' },
    })),
    enabled: whole && differs,
    retry: false,
  })
  const act = useChange(
    (body: typeof wish & { reason: string }, key) => got(api.POST('/orders/{order_id}/edits', { params: { path, header: { ...key, ...ifMatch(seen) } }, body })),
    { refresh: [['order', order.order_id], ['orders']], says: t('The change is under way.'), done: () => setReason('') },
  )
  const changes = preview.data && differs ? preview.data : null
  return (
    <Ask label={t('Change addresses')} size="xs" does={t('Change')} wide act={act} opened={load} ready={whole && !!changes && !!reason.trim()} submit={() => act.mutate({ ...wish, reason: reason.trim() })}>
      <Overtaken seen={seen} now={order} load={load} act={act} told={t('Somebody else has changed this order since you opened it.')}>
        <Winner />
      </Overtaken>
      <Place legend={t('Ship to')} address={shipTo} change={setShipTo} />
      <Checkbox label={t('Another address for the invoice')} checked={billTo !== null} disabled={seen.bill_to !== null}
        onChange={(event) => setBillTo(event.currentTarget.checked ? EMPTY : null)} />
      {billTo && <Place legend={t('Bill to')} address={billTo} change={setBillTo} />}
      <TextInput label={t('Reason')} required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {differs && whole && <Sorry error={preview.error} />}
      {changes && (
        <Alert color="blue" role="status">
          <List size="sm">
            {changes.changes.map((one) => <List.Item key={one.field}><b>{word(one.field)}</b>: {one.before || '–'} → {one.after}</List.Item>)}
          </List>
          <Text size="sm" mt={4}>{t('Difference in price: {amount}', { amount: money(changes.difference, changes.currency) })}</Text>
          {changes.asks_warehouse && <Text size="sm">{t('It holds once the warehouse has agreed, which it does unless picking has begun.')}</Text>}
        </Alert>
      )}
    </Ask>
  )
}

function Place({ legend, address, change }: { legend: string; address: Address; change: (address: Address) => void }) {
  return (
    <Fieldset legend={legend}>
      <Group gap="xs" grow preventGrowOverflow={false}>
        {FIELDS.map(([field, label, required]) => (
          <TextInput key={field} label={t(label)} required={required} miw={190} maxLength={field === 'country' ? 2 : 255} value={address[field]}
            onChange={(event) => change({ ...address, [field]: field === 'country' ? event.currentTarget.value.toUpperCase() : event.currentTarget.value })} />
        ))}
      </Group>
    </Fieldset>
  )
}

function isWhole(address: Address): boolean {
  return FIELDS.every(([field, , required]) => !required || !!address[field].trim()) && address.country.length === 2
}
