/** How does one channel do, what went wrong, and how is it asked or told once more? */
import { Alert, Button, Card, Checkbox, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { ago, count, when } from '@/text/show'
import { t, word } from '@/text/text'

export function Channel() {
  const { channel = '' } = useParams()
  const may = useMay()
  const asked = useQuery({
    queryKey: ['channels', channel],
    queryFn: () => got(api.GET('/channels/{channel}/health', { params: { path: { channel } } })),
    refetchInterval: 15_000,
  })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const one = asked.data
  const figures: [string, number, boolean?][] = [
    [t('waiting'), one.waiting], [t('failed'), one.failed, true], [t('parked'), one.parked, true], [t('refused'), one.refused, true], [t('missed'), one.missed, true],
  ]
  const moments: [string, string | null | undefined][] = [
    [t('heard'), one.last_received_at], [t('asked'), one.last_pulled_at], [t('reconciled'), one.last_reconciled_at], [t('told'), one.last_pushed_at],
  ]
  return (
    <Stack>
      <Head title={channel} about={<Link to="/channels">{t('Channels')}</Link>}>
        {may('channels.write') && <Replay one={one} />}
      </Head>
      {one.check_problem && <Alert color="red">{one.check_problem}</Alert>}
      {one.pull_problem && <Alert color="red">{one.pull_problem}</Alert>}
      <Card>
        <Group gap="xl">
          {figures.map(([name, value, bad]) => (
            <div key={name}><Text fw={700} c={bad && value ? 'red' : undefined} className="figure">{count(value)}</Text><Text size="xs" className="quiet">{name}</Text></div>
          ))}
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }} mt="md" spacing={4}>
          {moments.map(([name, at]) => <Text key={name} size="sm">{name}: {at ? ago(at) : t('never')}</Text>)}
          {one.asked_until && <Text size="sm">{t('known until')}: {when(one.asked_until)}</Text>}
          {one.lag_seconds != null && <Text size="sm">{t('late by')}: {t('{minutes} min', { minutes: count(Math.floor(one.lag_seconds / 60)) })}</Text>}
        </SimpleGrid>
      </Card>
      <Title order={2} size="h4">{t('What went wrong last')}</Title>
      <Rows
        label={t('What went wrong last')}
        rows={one.faults}
        id={(fault) => `${fault.what} ${fault.subject} ${fault.at}`}
        empty={<Empty title={t('Nothing went wrong')} todo={t('What a shop would not hear, and orders that could not be taken, appear here.')} />}
        columns={[
          { head: t('What'), main: true, cell: (fault) => `${word(fault.what)} · ${fault.subject}` },
          { head: t('When'), cell: (fault) => when(fault.at) },
          { head: t('Why'), cell: (fault) => <Text size="sm">{fault.reason}</Text> },
        ]}
      />
    </Stack>
  )
}

function Replay({ one }: { one: Of<'ChannelHealth'> }) {
  const [since, setSince] = useState('')
  const [pushes, setPushes] = useState(false)
  const act = useChange(
    (wish: { since: string | null; pushes: boolean }, header) => got(api.POST('/channels/{channel}/replay', { params: { path: { channel: one.channel }, header }, body: wish })),
    { refresh: [['channels']], says: t('It is asked and told once more.') },
  )
  return (
    <Ask label={t('Once more')} does={t('Once more')} act={act} ready={!!since || pushes} submit={() => act.mutate({ since: since ? `${since}T00:00:00Z` : null, pushes })}>
      {one.asked_until && <TextInput type="date" label={t('Ask for all that changed since')} value={since} onChange={(event) => setSince(event.currentTarget.value)} />}
      <Checkbox label={t('Tell again what failed')} checked={pushes} onChange={(event) => setPushes(event.currentTarget.checked)} />
      <Text size="sm" className="quiet">{t('What is known already changes nothing.')}</Text>
    </Ask>
  )
}

/** What a button to the page of a channel looks like. */
export function Look({ channel }: { channel: string }) {
  return <Button component={Link} to={`/channels/of/${encodeURIComponent(channel)}`} size="xs" variant="light">{t('How it does')}</Button>
}
