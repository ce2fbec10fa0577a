/** How is the list narrowed? Each filter stands in the address, so it can be kept and sent. */
import { ActionIcon, Button, Collapse, Group, NumberInput, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, got } from '@/api/client'
import { amount, date } from '@/text/show'
import { t, type Text, word } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { type Filter, FIELDS } from './views'

const STATES = {
  status: ['pending', 'confirmed', 'completed', 'canceled', 'expired'],
  payment_status: ['unpaid', 'pending', 'authorized', 'partially_paid', 'paid', 'overpaid', 'partially_refunded', 'refunded', 'voided', 'failed'],
  fulfillment_status: ['unfulfilled', 'backordered', 'on_hold', 'partially_fulfilled', 'fulfilled', 'partially_delivered', 'delivered', 'canceled'],
} as const

const NAMES: Record<Field, Text> = {
  status: 'Status', payment_status: 'Payment', fulfillment_status: 'Fulfillment', channel: 'Channel', tag: 'Tag', warehouse_id: 'Warehouse',
  placed_from: 'From', placed_to: 'Until', total_from: 'Total from', total_to: 'Total to',
}
const MINOR = 100 // amounts of several currencies are compared as if each had cents

type Field = Exclude<(typeof FIELDS)[number], 'text'>
const SET = FIELDS.filter((field): field is Field => field !== 'text')

export function Filters({ filter, choose }: { filter: Filter; choose: (filter: Filter) => void }) {
  const set = SET.filter((field) => (filter[field] ?? '') !== '')
  const [open, { toggle }] = useDisclosure(false)
  const channels = useQuery({ queryKey: ['channels'], queryFn: () => got(api.GET('/channels')), enabled: open, retry: false })
  const { all, nameOf } = useWarehouse(open || !!filter.warehouse_id)
  const put = (change: Filter) => choose({ ...filter, ...change })
  const say = (field: Field) => {
    const value = filter[field] ?? ''
    if (field === 'warehouse_id') return nameOf(String(value))
    if (field === 'total_from' || field === 'total_to') return amount(Number(value) / MINOR)
    if (field === 'placed_from' || field === 'placed_to') return date(dayOf(String(value), field === 'placed_to'))
    return field in STATES ? word(String(value)) : String(value)
  }
  return (
    <>
      <Group gap="xs" mb="sm">
        <Button size="xs" variant="default" onClick={toggle} aria-expanded={open}>{set.length ? t('Filters ({n})', { n: set.length }) : t('Filters')}</Button>
        {set.map((field) => {
          const told = `${t(NAMES[field])}: ${say(field)}`
          return <Button key={field} size="xs" variant="light" rightSection="×" aria-label={t('Take the filter away: {filter}', { filter: told })} onClick={() => choose({ ...filter, [field]: undefined })}>{told}</Button>
        })}
        {set.length > 1 && <Button size="xs" variant="subtle" color="gray" onClick={() => choose({ text: filter.text })}>{t('Clear')}</Button>}
      </Group>
      <Collapse in={open}>
        <Group gap="sm" mb="md" align="flex-end">
          {(Object.keys(STATES) as (keyof typeof STATES)[]).map((field) => (
            <Select
              key={field}
              label={t(NAMES[field])}
              clearable
              w={170}
              data={STATES[field].map((value) => ({ value, label: word(value) }))}
              value={filter[field] ?? null}
              onChange={(value) => put({ [field]: value ?? '' })}
            />
          ))}
          <Select
            label={t('Channel')}
            clearable
            searchable
            w={170}
            data={[...new Set(['api', ...(channels.data?.connections.map((one) => one.channel) ?? []), ...(filter.channel ? [filter.channel] : [])])]}
            value={filter.channel ?? null}
            onChange={(value) => put({ channel: value ?? '' })}
          />
          {all.length > 0 && (
            <Select
              label={t('Warehouse')}
              clearable
              searchable
              w={170}
              data={all.map((one) => ({ value: one.warehouse_id, label: one.name }))}
              value={filter.warehouse_id ?? null}
              onChange={(value) => put({ warehouse_id: value ?? '' })}
            />
          )}
          <Typed label={t('Tag')} value={filter.tag ?? ''} put={(tag) => put({ tag })} />
          <Day label={t('From')} value={filter.placed_from} put={(placed_from) => put({ placed_from })} />
          <Day label={t('Until')} value={filter.placed_to} put={(placed_to) => put({ placed_to })} end />
          <Amount label={t('Total from')} value={filter.total_from} put={(total_from) => put({ total_from })} />
          <Amount label={t('Total to')} value={filter.total_to} put={(total_to) => put({ total_to })} />
        </Group>
      </Collapse>
    </>
  )
}

function Typed({ label, value, put }: { label: string; value: string; put: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const later = useDebouncedCallback(put, 300)
  return (
    <TextInput
      label={label}
      w={150}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        later(event.currentTarget.value.trim())
      }}
      rightSection={typed && <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('Clear')} onClick={() => put('')}>×</ActionIcon>}
    />
  )
}

function Amount({ label, value, put }: { label: string; value?: number | null; put: (value: number | null) => void }) {
  const known = typeof value === 'number' ? value / MINOR : ''
  const [typed, setTyped] = useState<number | string>(known)
  useEffect(() => setTyped(known), [known])
  const later = useDebouncedCallback(put, 300)
  return (
    <NumberInput
      label={label}
      w={130}
      min={0}
      decimalScale={2}
      hideControls
      value={typed}
      onChange={(now) => {
        setTyped(now)
        later(now === '' ? null : Math.round(Number(now) * MINOR))
      }}
    />
  )
}

/** The day at whose beginning, or at whose end, a moment is. */
const dayOf = (value: string, end: boolean) => new Date(new Date(value).getTime() - (end ? 1 : 0))

function Day({ label, value, put, end = false }: { label: string; value?: string | null; put: (value: string) => void; end?: boolean }) {
  const shown = value ? dayOf(value, end).toLocaleDateString('sv-SE') : ''
  const chosen = (day: string) => {
    if (!day) return put('')
    const moment = new Date(`${day}T00:00:00`)
    if (end) moment.setDate(moment.getDate() + 1)
    put(moment.toISOString())
  }
  return <TextInput label={label} type="date" w={150} value={shown} onChange={(event) => chosen(event.currentTarget.value)} />
}
