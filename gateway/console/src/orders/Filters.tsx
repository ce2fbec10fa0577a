/** How is the list narrowed? Each filter stands in the address, so it can be kept and sent. */
import { ActionIcon, Button, Collapse, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, got } from '@/api/client'
import { t, word } from '@/text/text'
import { type Filter, FIELDS } from './views'

const STATES = {
  status: ['pending', 'confirmed', 'completed', 'canceled', 'expired'],
  payment_status: ['unpaid', 'pending', 'authorized', 'partially_paid', 'paid', 'overpaid', 'partially_refunded', 'refunded', 'voided', 'failed'],
  fulfillment_status: ['unfulfilled', 'backordered', 'on_hold', 'partially_fulfilled', 'fulfilled', 'partially_delivered', 'delivered', 'canceled'],
} as const

const NAMES = { status: 'Status', payment_status: 'Payment', fulfillment_status: 'Fulfillment' } as const

export function Filters({ filter, choose }: { filter: Filter; choose: (filter: Filter) => void }) {
  const set = FIELDS.filter((field) => field !== 'text' && filter[field]).length
  const [open, { toggle }] = useDisclosure(false)
  const channels = useQuery({ queryKey: ['channels'], queryFn: () => got(api.GET('/channels')), enabled: open, retry: false })
  const put = (change: Filter) => choose({ ...filter, ...change })
  return (
    <>
      <Group gap="xs" mb="sm">
        <Button size="xs" variant="default" onClick={toggle} aria-expanded={open}>{set ? t('Filters ({n})', { n: set }) : t('Filters')}</Button>
        {set > 0 && <Button size="xs" variant="subtle" color="gray" onClick={() => choose({ text: filter.text })}>{t('Clear')}</Button>}
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
          <Typed label={t('Tag')} value={filter.tag ?? ''} put={(tag) => put({ tag })} />
          <Day label={t('From')} value={filter.placed_from} put={(placed_from) => put({ placed_from })} />
          <Day label={t('Until')} value={filter.placed_to} put={(placed_to) => put({ placed_to })} end />
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

function Day({ label, value, put, end }: { label: string; value?: string | null; put: (value: string) => void; end?: boolean }) {
  const shown = value ? new Date(new Date(value).getTime() - (end ? 1 : 0)).toLocaleDateString('sv-SE') : ''
  const chosen = (day: string) => {
    if (!day) return put('')
    const moment = new Date(`${day}T00:00:00`)
    if (end) moment.setDate(moment.getDate() + 1)
    put(moment.toISOString())
  }
  return <TextInput label={label} type="date" w={150} value={shown} onChange={(event) => chosen(event.currentTarget.value)} />
}
