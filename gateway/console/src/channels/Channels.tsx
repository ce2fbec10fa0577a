/** Which shops are connected, how do they do, and what did they send? */
import { Alert, Badge, Button, Card, Group, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Empty } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { ago } from '@/text/show'
import { t, word } from '@/text/text'
import { Look } from './Channel'
import { Connect } from './Connect'
import { Imports, Upload } from './Imports'
import { Inbound } from './Inbound'
import { Pushes } from './Pushes'

export function Channels() {
  const may = useMay()
  const asked = useQuery({ queryKey: ['channels'], queryFn: () => got(api.GET('/channels')), refetchInterval: 15_000 })
  const connections = asked.data?.connections ?? []
  return (
    <>
      <Head title={t('Channels')}>
        {may('settings.write') && <Connect />}
        {may('channels.write') && connections.some((one) => one.kind === 'csv') && <Upload channels={connections.filter((one) => one.kind === 'csv').map((one) => one.channel)} />}
      </Head>
      <Sorry error={asked.error} again={() => void asked.refetch()} />
      {asked.isPending && <Busy />}
      {asked.data && !connections.length && <Card mb="md"><Stack align="center" gap="xs"><Empty title={t('No shop is connected')} todo={t('Connect one: its kind says what it asks for.')} /></Stack></Card>}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} mb="lg">
        {connections.map((one) => <Connection key={one.channel} one={one} />)}
      </SimpleGrid>
      <Tabs defaultValue="inbound" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="inbound">{t('Orders from channels')}</Tabs.Tab>
          <Tabs.Tab value="imports">{t('Imports')}</Tabs.Tab>
          <Tabs.Tab value="pushes">{t('Told to channels')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="inbound"><Inbound /></Tabs.Panel>
        <Tabs.Panel value="imports"><Imports /></Tabs.Panel>
        <Tabs.Panel value="pushes"><Pushes /></Tabs.Panel>
      </Tabs>
    </>
  )
}

function Connection({ one }: { one: Of<'ConnectionView'> }) {
  const may = useMay()
  const check = useChange(
    (channel: string, header) => got(api.POST('/channels/{channel}/check', { params: { path: { channel }, header } })),
    { refresh: [['channels']], says: t('The shop is being asked.') },
  )
  const well = !one.failed && !one.unmapped && !one.pull_problem && !one.check_problem
  return (
    <Card>
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h5">{one.name}</Title>
        <Badge color={well ? 'teal' : 'red'}>{well ? t('well') : t('needs you')}</Badge>
      </Group>
      <Text size="xs" className="quiet">{one.channel} · {one.kind}</Text>
      <Group gap="md" mt="sm">
        <Figure name={t('waiting')} value={one.waiting} />
        <Figure name={t('failed')} value={one.failed} bad />
        <Figure name={t('unmapped')} value={one.unmapped} bad />
      </Group>
      <Text size="xs" className="quiet" mt="sm">
        {one.last_received_at ? t('heard {when}', { when: ago(one.last_received_at) }) : t('never heard of')}
        {one.last_pushed_at && ` · ${t('told {when}', { when: ago(one.last_pushed_at) })}`}
        {one.last_pulled_at && ` · ${t('asked {when}', { when: ago(one.last_pulled_at) })}`}
      </Text>
      <Group gap={4} mt="sm" aria-label={t('What it can do')}>
        {one.can.map((what) => <Badge key={what} size="xs" variant="light">{word(what)}</Badge>)}
      </Group>
      {one.pull_problem && <Alert color="red" mt="sm" p="xs">{one.pull_problem}</Alert>}
      {one.check_problem && <Alert color="red" mt="sm" p="xs">{one.check_problem}</Alert>}
      {one.checked_at && !one.check_problem && <Text size="xs" className="quiet" mt="xs">{t('it knew us {when}', { when: ago(one.checked_at) })}</Text>}
      <Group gap="xs" mt="sm">
        <Look channel={one.channel} />
        {may('settings.write') && (
          <>
          <Button size="xs" variant="light" loading={check.isPending} onClick={() => check.mutate(one.channel)}>{t('Check the connection')}</Button>
          <Connect old={one} />
          </>
        )}
      </Group>
      <Sorry error={check.error} />
    </Card>
  )
}

function Figure({ name, value, bad }: { name: string; value: number; bad?: boolean }) {
  return <div><Text fw={700} c={bad && value ? 'red' : undefined} className="figure">{value}</Text><Text size="xs" className="quiet">{name}</Text></div>
}
