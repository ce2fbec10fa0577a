/** How is the same done to many orders? Choose them, or all that match; a job does it. */
import { Button, Card, Group, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, got, type Schemas } from '@/api/client'
import type { Filter } from '@/orders/views'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { count } from '@/text/show'
import { t, type Text as Word } from '@/text/text'

/** The ids that were chosen, or all that the filter finds. */
export type Chosen = string[] | 'all'
type Kind = Schemas['StartJob']['kind']

const ACTIONS: { kind: Kind; label: Word; needs: string; field?: 'reason' | 'tags' | 'text'; color?: string }[] = [
  { kind: 'hold', label: 'Hold', needs: 'orders.write', field: 'reason' },
  { kind: 'release', label: 'Release', needs: 'orders.write' },
  { kind: 'tag', label: 'Add tags', needs: 'orders.write', field: 'tags' },
  { kind: 'untag', label: 'Remove tags', needs: 'orders.write', field: 'tags' },
  { kind: 'note', label: 'Note', needs: 'orders.write', field: 'text' },
  { kind: 'retry', label: 'Retry', needs: 'exceptions.decide', field: 'reason' },
  { kind: 'cancel', label: 'Cancel orders', needs: 'orders.write', field: 'reason', color: 'red' },
]

export function useBulk(): boolean {
  const may = useMay()
  return ACTIONS.some((action) => may(action.needs))
}

interface Bulked {
  filter: Filter
  shown: string[]
  chosen: Chosen
  choose: (chosen: Chosen) => void
}

export function Bulk({ filter, shown, chosen, choose }: Bulked) {
  const may = useMay()
  const all = chosen === 'all'
  const found = useQuery({
    queryKey: ['orders', 'found', filter],
    queryFn: () => got(api.POST('/orders/counts', { body: { views: [filter] } })),
    enabled: all,
  })
  const one = found.data?.counts[0]
  const many = all ? (one ? count(one.count) + (one.more ? '+' : '') : '…') : count(chosen.length)
  return (
    <>
      <Group gap="xs" mb="sm">
        <Button size="xs" variant="default" onClick={() => choose('all')}>{t('Select all that match')}</Button>
        <Button size="xs" variant="default" onClick={() => choose(shown)}>{t('Select those shown')}</Button>
        {chosen.length > 0 && <Button size="xs" variant="subtle" color="gray" onClick={() => choose([])}>{t('Clear the selection')}</Button>}
      </Group>
      <Sorry error={all ? found.error : null} again={() => void found.refetch()} />
      {chosen.length > 0 && (
        <Card mb="sm" p="xs" role="group" aria-label={t('Selected orders')}>
          <Group gap="xs">
            <Text size="sm" fw={600} mr="xs">{t('{n} orders selected', { n: many })}</Text>
            {ACTIONS.filter((action) => may(action.needs)).map((action) => (
              <Action key={action.kind} {...action} many={many} ready={!all || !!one} names={all ? { filter } : { order_ids: chosen }} />
            ))}
          </Group>
        </Card>
      )}
    </>
  )
}

interface Acted {
  kind: Kind
  label: Word
  field?: 'reason' | 'tags' | 'text'
  color?: string
  many: string
  ready: boolean
  names: Pick<Schemas['StartJob'], 'filter' | 'order_ids'>
}

function Action({ kind, label, field, color, many, ready, names }: Acted) {
  const go = useNavigate()
  const [text, setText] = useState('')
  const [tags, setTags] = useState<string[]>([])
  const act = useChange(
    (body: Schemas['StartJob'], key) => got(api.POST('/jobs', { params: { header: key }, body })),
    { refresh: [['jobs']], done: (job) => void go(`/jobs/${job.job_id}`) },
  )
  const said = field === 'tags' ? tags : text.trim()
  const submit = () => act.mutate({ kind, ...names, ...(field && { [field]: said }) })
  return (
    <Ask label={t(label)} title={`${t(label)} · ${t('{n} orders selected', { n: many })}`} does={t('Do it to {n} orders', { n: many })} size="xs" color={color} variant={color ? 'light' : undefined} act={act} ready={ready && (!field || said.length > 0)} submit={submit}>
      {field === 'reason' && <TextInput label={t('Reason')} required data-autofocus value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={255} />}
      {field === 'text' && <Textarea label={t('Note')} required autosize minRows={3} data-autofocus value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={4000} />}
      {field === 'tags' && <TagsInput label={t('Tags')} required data-autofocus value={tags} onChange={setTags} acceptValueOnBlur />}
      {kind === 'cancel' && <Text size="sm">{t('What was reserved or paid is given back. The customer may see the reason.')}</Text>}
      <Text size="sm" className="quiet">{t('It goes on when you leave the page; what became of each order is listed.')}</Text>
    </Ask>
  )
}
