/** What does not go on by itself, since when, and what may a person decide? */
import { Alert, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay, useSession } from '@/shell/session'
import { age, when } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'

type Stuck = Of<'ExceptionView'>
type Decision = Schemas['ExceptionView']['allowed'] extends (infer D)[] | undefined ? D : never
const DOES: Record<Decision, Words> = { retry: 'Retry', skip: 'Skip', compensate: 'Give back' }

export function Exceptions() {
  const may = useMay()
  const [query, setQuery] = useSearchParams()
  const filter = { owner: query.get('owner') ?? '', kind: query.get('kind') ?? '', days: query.get('days') ?? '' }
  const put = (change: Partial<typeof filter>) =>
    setQuery(Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value)), { replace: true })
  const pages = usePages(['exceptions', query.toString()], async (after) => {
    const until = filter.days ? new Date(Date.now() - Number(filter.days) * 86_400_000).toISOString() : undefined
    const page = await got(api.GET('/exceptions', { params: { query: { after, owner: filter.owner, kind: filter.kind, until } } }))
    return { rows: page.exceptions, next: page.next, missing: page.missing }
  })
  const { missing } = pages
  return (
    <>
      <Head title={t('Exceptions')} about={t('What does not go on by itself, longest first.')} />
      {missing.length > 0 && <Alert color="orange" mb="md">{t('Just now this does not answer: {parts}. The rest is up to date.', { parts: missing.map(word).join(', ') })}</Alert>}
      <Group gap="sm" mb="md">
        <Select aria-label={t('Owner')} placeholder={t('Anybody')} clearable w={180} data={[{ value: 'me', label: t('mine') }, { value: 'nobody', label: t('nobody’s') }]} value={filter.owner || null} onChange={(owner) => put({ owner: owner ?? '' })} />
        <Select aria-label={t('What')} placeholder={t('Every kind')} clearable searchable w={200} data={[...new Set([...pages.rows.map((one) => one.kind), ...(filter.kind ? [filter.kind] : [])])].map((value) => ({ value, label: word(value) }))} value={filter.kind || null} onChange={(kind) => put({ kind: kind ?? '' })} />
        <Select aria-label={t('Since')} placeholder={t('Of every age')} clearable w={200} data={['1', '3', '7'].map((value) => ({ value, label: t('older than {n} days', { n: value }) }))} value={filter.days || null} onChange={(days) => put({ days: days ?? '' })} />
      </Group>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows<Stuck>
          label={t('Exceptions')}
          rows={pages.rows}
          id={(one) => one.exception_id}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('Nothing is stuck')} todo={t('What cannot go on by itself appears here, with what can be done about it.')} />}
          columns={[
            { head: t('What'), main: true, cell: (one) => <><Text size="sm" fw={600}>{word(one.kind)}{one.step && ` · ${word(one.step)}`}</Text>{one.order_id && <Link to={`/orders/${one.order_id}`}>{t('Show the order')}</Link>}{one.kind === 'unmapped' && <Link to="/channels">{t('Map the listing')}</Link>}{one.exception_id.startsWith('gateway:') && <Link to="/settings?tab=webhooks">{t('Webhooks')}</Link>}</> },
            { head: t('Why'), cell: (one) => <Text size="sm" maw={520}>{one.problem}</Text> },
            { head: t('Since'), cell: (one) => <Text size="sm" title={when(one.since)}>{age(one.since)}</Text> },
            { head: t('Waits for'), cell: (one) => word(one.owner) },
            { head: t('Owner'), cell: (one) => <Owner stuck={one} /> },
            { head: t('Decide'), cell: (one) => may('exceptions.decide') && <Group gap={6} wrap="nowrap">{one.allowed.map((decision) => <Decide key={decision} stuck={one} decision={decision} />)}</Group> },
          ]}
        />
      )}
    </>
  )
}

/** Who takes care of it: whoever may decide takes it, gives it to a colleague, or gives it back. */
function Owner({ stuck }: { stuck: Stuck }) {
  const may = useMay()
  const { user } = useSession()
  const [chosen, setChosen] = useState<string | null>(null)
  const people = useQuery({ queryKey: ['exception-owners'], queryFn: () => got(api.GET('/exception-owners')), staleTime: 60_000, enabled: may('exceptions.decide') })
  const path = { exception_id: stuck.exception_id }
  const refresh = [['exceptions'], ['order', stuck.order_id]]
  const give = useChange((userId: string, key) => got(api.PUT('/exceptions/{exception_id}/owner', { params: { path, header: { ...key, ...ifMatch(stuck) } }, body: { user_id: userId } })), { refresh })
  const free = useChange((_wish: string, key) => got(api.DELETE('/exceptions/{exception_id}/owner', { params: { path, header: { ...key, ...ifMatch(stuck) } } })), { refresh })
  const has = stuck.assigned_to
  return (
    <Group gap={6} wrap="nowrap">
      {has && <Text size="sm" title={when(has.assigned_at)}>{has.name}</Text>}
      {may('exceptions.decide') && (
        <>
          {has?.user_id !== user.user_id && <Button size="xs" variant="subtle" loading={give.isPending} onClick={() => give.mutate('')}>{t('Take')}</Button>}
          <Ask label={t('Assign')} size="xs" does={t('Assign')} act={give} ready={!!chosen} submit={() => chosen && give.mutate(chosen)}>
            <Text size="sm">{stuck.problem}</Text>
            <Select label={t('Who takes care of it?')} searchable data={people.data?.people.map((one) => ({ value: one.user_id, label: one.name })) ?? []} value={chosen} onChange={setChosen} />
          </Ask>
          {has && <Button size="xs" variant="subtle" color="gray" loading={free.isPending} onClick={() => free.mutate(stuck.exception_id)}>{t('Give up')}</Button>}
        </>
      )}
      <Sorry error={give.error ?? free.error} />
    </Group>
  )
}

function Decide({ stuck, decision }: { stuck: Stuck; decision: Decision }) {
  const [reason, setReason] = useState('')
  const act = useChange(
    (wanted: string, key) => got(api.POST('/exceptions/{exception_id}/decisions', {
      params: { path: { exception_id: stuck.exception_id }, header: { ...key, ...ifMatch(stuck) } }, body: { decision, reason: wanted },
    })),
    { refresh: [['exceptions'], ['order', stuck.order_id]], says: t('It is decided.') },
  )
  return (
    <Ask label={t(DOES[decision])} size="xs" does={t(DOES[decision])} color={decision === 'compensate' ? 'red' : undefined} act={act} ready={!!reason.trim()} submit={() => act.mutate(reason.trim())}>
      <Text size="sm">{stuck.problem}</Text>
      <TextInput label={t('Why do you decide so?')} description={t('It is kept in the history.')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}
