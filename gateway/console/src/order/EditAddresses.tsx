/** How are the addresses of an order changed? */
import { Checkbox, Fieldset, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Of } from '@/api/client'
import { t, type Text as Words } from '@/text/text'
import { EditForm } from './EditForm'

type Address = Of<'Address'>

const FIELDS: [keyof Address, Words, boolean?][] = [
  ['name', 'Name', true], ['company', 'Company'], ['line1', 'Street and number', true], ['line2', 'Addition'],
  ['postcode', 'Postcode'], ['city', 'City', true], ['region', 'Region'], ['country', 'Country', true], ['phone', 'Phone'],
]
const EMPTY: Address = { name: '', company: '', line1: '', line2: '', postcode: '', city: '', region: '', country: '', phone: '', email: '' }

export function EditAddresses({ order }: { order: Of<'Order'> }) {
  const unchanged = { ship_to: order.ship_to, bill_to: order.bill_to }
  const [filled, setFilled] = useState(unchanged)
  const [shipTo, setShipTo] = useState(order.ship_to)
  const [billTo, setBillTo] = useState<Address | null>(order.bill_to)
  const fill = () => { setFilled(unchanged); setShipTo(order.ship_to); setBillTo(order.bill_to) }
  return (
    <EditForm order={order} label={t('Change addresses')} fill={fill} wish={{ ship_to: shipTo, bill_to: billTo }} unchanged={filled}
      whole={isWhole(shipTo) && (billTo === null || isWhole(billTo))}>
      <Place legend={t('Ship to')} address={shipTo} change={setShipTo} />
      <Checkbox label={t('Another address for the invoice')} checked={billTo !== null} disabled={filled.bill_to !== null}
        onChange={(event) => setBillTo(event.currentTarget.checked ? EMPTY : null)} />
      {billTo && <Place legend={t('Bill to')} address={billTo} change={setBillTo} />}
    </EditForm>
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
