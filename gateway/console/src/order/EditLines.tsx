/** How are the lines of an order changed? Other quantities, and lines that are new. */
import { Button, Fieldset, Group, NumberInput, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Of } from '@/api/client'
import { minorUnits, money } from '@/text/show'
import { t } from '@/text/text'
import { EditForm } from './EditForm'

interface New { sku: string; quantity: number; price: string }

export function EditLines({ order }: { order: Of<'Order'> }) {
  const [wanted, setWanted] = useState<Record<string, number>>({})
  const [added, setAdded] = useState<New[]>([])
  const price = (line: New) => minorUnits(line.price, order.currency)
  const put = (i: number, line: New) => setAdded(added.map((one, j) => (i === j ? line : one)))
  const wish = {
    lines: order.lines.filter((line) => (wanted[line.line_id] ?? line.ordered) !== line.ordered)
      .map((line) => ({ line_id: line.line_id, quantity: wanted[line.line_id] ?? line.ordered })),
    added: added.map((line) => ({ sku: line.sku.trim(), quantity: line.quantity, unit_price: price(line) })),
  }
  const whole = added.every((line) => line.sku.trim() && line.quantity > 0 && !Number.isNaN(price(line)))
  return (
    <EditForm order={order} label={t('Change lines')} fill={() => { setWanted({}); setAdded([]) }} wish={wish} unchanged={{ lines: [], added: [] }} whole={whole}>
      {order.lines.map((line) => (
        <Group key={line.line_id} justify="space-between" wrap="nowrap">
          <Text size="sm">{line.name || line.sku}<Text span size="xs" className="quiet"> · {money(line.unit_price, order.currency)}</Text></Text>
          <NumberInput w={90} min={0} allowDecimal={false} aria-label={t('Quantity of {sku}', { sku: line.sku })} value={wanted[line.line_id] ?? line.ordered}
            onChange={(value) => setWanted({ ...wanted, [line.line_id]: Number(value) })} />
        </Group>
      ))}
      {added.map((line, i) => (
        <Fieldset key={i} legend={t('New line')}>
          <Group gap="xs" align="end" wrap="nowrap">
            <TextInput label="SKU" required flex={1} value={line.sku} onChange={(event) => put(i, { ...line, sku: event.currentTarget.value })} />
            <NumberInput label={t('Quantity')} w={90} min={1} allowDecimal={false} value={line.quantity} onChange={(value) => put(i, { ...line, quantity: Number(value) })} />
            <TextInput label={t('Each')} required w={110} inputMode="decimal" value={line.price} onChange={(event) => put(i, { ...line, price: event.currentTarget.value })}
              error={line.price && Number.isNaN(price(line)) ? t('Write an amount such as 12.50.') : undefined} />
            <Button variant="default" onClick={() => setAdded(added.filter((_, j) => j !== i))}>{t('Remove')}</Button>
          </Group>
        </Fieldset>
      ))}
      <Button variant="default" size="xs" onClick={() => setAdded([...added, { sku: '', quantity: 1, price: '' }])}>{t('Add a line')}</Button>
    </EditForm>
  )
}
