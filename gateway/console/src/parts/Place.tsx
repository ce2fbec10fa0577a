/** Where is something, or to whom does it go? An address to be filled in. */
import { Fieldset, Group, TextInput } from '@mantine/core'
import type { Of } from '@/api/client'
import { t, type Text as Words } from '@/text/text'

type Address = Of<'Address'>

const FIELDS: [keyof Address, Words, boolean?][] = [
  ['name', 'Name', true], ['company', 'Company'], ['line1', 'Street and number', true], ['line2', 'Addition'],
  ['postcode', 'Postcode'], ['city', 'City', true], ['region', 'Region'], ['country', 'Country', true], ['phone', 'Phone'],
]

export const NOWHERE: Address = { name: '', company: '', line1: '', line2: '', postcode: '', city: '', region: '', country: '', phone: '', email: '' }

export function Place({ legend, address, change }: { legend: string; address: Address; change: (address: Address) => void }) {
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

export function isWhole(address: Address): boolean {
  return FIELDS.every(([field, , required]) => !required || !!address[field].trim()) && address.country.length === 2
}
