/** Who is told of events, and does it arrive? */
import { Alert, Button, Code, Group, MultiSelect, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Delivery, type DeliveryState, type Subscription, webhooks } from '@/api/webhooks'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

const LIST = ['webhooks']

export function Webhooks() {
  const may = useMay()
  const asked = useQuery({ queryKey: LIST, queryFn: webhooks.subscriptions, refetchInterval: 15_000 })
  const [secret, setSecret] = useState('')
  const [chosen, setChosen] = useState<Subscription | null>(null)
  const test = useChange((id: string) => webhooks.test(id), { refresh: [LIST, ['deliveries']], says: t('A test is on its way.') })
  const turn = useChange((one: Subscription) => webhooks.turn(one), { refresh: [LIST] })
  const end = useChange((id: string) => webhooks.end(id), { refresh: [LIST] })
  const write = may('settings.write')
  return (
    <Stack>
      {write && <Group><Subscribe show={setSecret} /></Group>}
      {secret && <Alert color="teal" title={t('This is the secret that signs. It is shown only now.')} withCloseButton onClose={() => setSecret('')}><Code>{secret}</Code></Alert>}
      <Sorry error={asked.error ?? test.error ?? turn.error ?? end.error} again={() => void asked.refetch()} />
      {asked.isPending ? <Busy /> : (
        <Rows
          label={t('Webhooks')}
          rows={asked.data?.subscriptions ?? []}
          id={(one) => one.subscription_id}
          empty={<Empty title={t('Nobody is told of events')} todo={t('Subscribe the address of a program, and it hears of orders, parcels, returns and stock.')} />}
          columns={[
            { head: t('Address'), main: true, cell: (one) => <>{one.url}<Text size="xs" className="quiet">{one.description}</Text></> },
            { head: t('Events'), cell: (one) => one.events.join(', ') },
            { head: t('State'), cell: (one) => <><State of={one.state} />{one.why && <Text size="xs" c="red">{one.why}</Text>}</> },
            { head: t('Waiting'), number: true, cell: (one) => one.waiting },
            { head: t('Dead'), number: true, cell: (one) => <Text span size="sm" c={one.dead ? 'red' : undefined}>{one.dead}</Text> },
            {
              head: t('Now'),
              cell: (one) => (
                <Group gap={4}>
                  <Button size="xs" variant="subtle" onClick={() => setChosen(one)}>{t('Deliveries')}</Button>
                  {write && <Button size="xs" variant="subtle" onClick={() => test.mutate(one.subscription_id)}>{t('Test')}</Button>}
                  {write && <Button size="xs" variant="subtle" onClick={() => turn.mutate(one)}>{one.state === 'active' ? t('Pause') : t('Go on')}</Button>}
                  {write && <Button size="xs" variant="subtle" color="red" onClick={() => end.mutate(one.subscription_id)}>{t('End')}</Button>}
                </Group>
              ),
            },
          ]}
        />
      )}
      {chosen && <Deliveries of={chosen} />}
    </Stack>
  )
}

function Deliveries({ of }: { of: Subscription }) {
  const may = useMay()
  const [state, setState] = useState<DeliveryState>('')
  const pages = usePages<Delivery>(['deliveries', of.subscription_id, state], async (after) => {
    const page = await webhooks.deliveries(of.subscription_id, state, after)
    return { rows: page.deliveries, next: page.next }
  })
  const retry = useChange((id: string) => webhooks.retry(id), { refresh: [['deliveries']] })
  return (
    <>
      <Group justify="space-between"><Title order={2} size="h4">{t('Deliveries')} · {of.url}</Title><SegmentedControl size="xs" value={state} onChange={(wanted) => setState(wanted as DeliveryState)} data={['', 'pending', 'delivered', 'dead'].map((value) => ({ value, label: value ? word(value) : t('All') }))} /></Group>
      <Sorry error={pages.error ?? retry.error} again={pages.again} />
      <Rows
        label={t('Deliveries')}
        rows={pages.rows}
        id={(one) => one.delivery_id}
        more={pages.more}
        empty={<Empty title={t('Nothing here')} />}
        columns={[
          { head: t('Event'), main: true, cell: (one) => one.type },
          { head: t('About'), cell: (one) => one.subject },
          { head: t('State'), cell: (one) => <State of={one.state} /> },
          { head: t('Tries'), number: true, cell: (one) => one.attempts },
          { head: t('Last answer'), cell: (one) => one.last },
          { head: t('When'), cell: (one) => when(one.created_at) },
          { head: t('Now'), cell: (one) => one.state !== 'delivered' && may('settings.write') && <Button size="xs" variant="light" onClick={() => retry.mutate(one.delivery_id)}>{t('Retry')}</Button> },
        ]}
      />
    </>
  )
}

function Subscribe({ show }: { show: (secret: string) => void }) {
  const types = useQuery({ queryKey: ['event-types'], queryFn: webhooks.types, staleTime: 300_000 })
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<string[]>([])
  const [description, setDescription] = useState('')
  const act = useChange(
    (wish: { url: string; events: string[]; description: string }) => webhooks.subscribe(wish),
    { refresh: [LIST], done: (made) => show(made.secret) },
  )
  return (
    <Ask label={t('Subscribe')} does={t('Subscribe')} act={act} ready={!!url && events.length > 0} submit={() => act.mutate({ url, events, description })}>
      <TextInput label={t('Address')} type="url" required data-autofocus placeholder="https://" value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
      <MultiSelect label={t('Events')} searchable data={['*', ...(types.data?.types.map((one) => one.type) ?? [])]} value={events} onChange={setEvents} />
      <TextInput label={t('Description')} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
    </Ask>
  )
}
