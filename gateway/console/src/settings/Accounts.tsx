/** Which accounts at payment providers are there? Forms are drawn from what each adapter declares. */
import { Alert, Badge, Button, Group, PasswordInput, SegmentedControl, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Account, accounts, type Kind } from '@/api/accounts'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'

const LIST = ['payment-accounts']
const values = (given: Record<string, string>) => Object.entries(given).filter(([, value]) => value).map(([name, value]) => ({ name, value }))

export function Accounts() {
  const write = useMay()('settings.write')
  const asked = useQuery({ queryKey: LIST, queryFn: accounts.all })
  const test = useChange((account: string) => accounts.test(account))
  if (asked.isPending) return <Busy />
  const kinds = asked.data?.kinds ?? []
  return (
    <Stack>
      {write && <Group><Form kinds={kinds} /></Group>}
      <Sorry error={asked.error ?? test.error} again={() => void asked.refetch()} />
      {test.data && <Alert color={test.data.ok ? 'teal' : 'red'} title={test.data.ok ? t('The provider knows us.') : t('The provider does not answer as it should.')}>{test.data.detail}</Alert>}
      <Rows
        label={t('Payment accounts')} rows={asked.data?.accounts ?? []} id={(one) => one.account}
        empty={<Empty title={t('Nothing here')} />}
        columns={[
          { head: t('Account'), main: true, cell: (one) => one.account },
          { head: t('Provider'), cell: (one) => kinds.find((kind) => kind.kind === one.kind)?.name ?? one.kind },
          { head: t('Mode'), cell: (one) => <Badge color={one.mode === 'live' ? 'teal' : 'gray'} variant="light">{one.mode === 'live' ? t('live') : t('test')}</Badge> },
          { head: t('Currencies'), cell: (one) => one.currencies.join(', ') || t('All') },
          { head: t('State'), cell: (one) => (one.active ? t('on') : t('off')) },
          {
            head: t('Now'),
            cell: (one) => write && (
              <Group gap={4}>
                <Button size="xs" variant="subtle" onClick={() => test.mutate(one.account)}>{t('Test')}</Button>
                <Form kinds={kinds} of={one} />
              </Group>
            ),
          },
        ]}
      />
    </Stack>
  )
}

function Form({ kinds, of }: { kinds: Kind[]; of?: Account }) {
  const [account, setAccount] = useState(of?.account ?? '')
  const [kind, setKind] = useState(of?.kind ?? kinds[0]?.kind ?? '')
  const [mode, setMode] = useState<Account['mode']>(of?.mode ?? 'test')
  const [currencies, setCurrencies] = useState<string[]>(of?.currencies ?? [])
  const [active, setActive] = useState(of?.active ?? true)
  const [told, setTold] = useState<Record<string, string>>(Object.fromEntries((of?.settings ?? []).map(({ name, value }) => [name, value])))
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const declared = kinds.find((one) => one.kind === kind)?.settings ?? []
  const [seen, setSeen] = useState(of)
  const load = () => {
    if (!of) return
    setSeen(of)
    setCurrencies(of.currencies)
    setActive(of.active)
    setTold(Object.fromEntries(of.settings.map(({ name, value }) => [name, value])))
    setSecrets({})
  }
  const act = useChange(
    () => accounts.save({ seen, account, kind, mode, currencies: currencies as Account['currencies'], active, settings: values(told), secrets: values(secrets) }),
    { refresh: [LIST], done: () => setSecrets({}), says: t('It is saved.') },
  )
  const ready = !!account && declared.every(({ name, secret, required }) => !required || (secret ? secrets[name] || of?.secrets.includes(name) : told[name]))
  return (
    <Ask label={of ? t('Change') : t('Add an account')} does={t('Save')} size={of && 'xs'} variant={of ? 'subtle' : 'default'} act={act} opened={load} ready={ready} submit={() => act.mutate(undefined)}>
      <Overtaken seen={seen} now={of} load={load} act={act} />
      <TextInput label={t('Account')} description={t('Small letters, digits and dashes; orders name it.')} required disabled={!!of} value={account} onChange={(event) => setAccount(event.currentTarget.value)} />
      <Select label={t('Provider')} disabled={!!of} allowDeselect={false} data={kinds.map((one) => ({ value: one.kind, label: one.name }))} value={kind} onChange={(wanted) => setKind(wanted ?? kind)} />
      <SegmentedControl aria-label={t('Mode')} disabled={!!of} data={[{ value: 'test', label: t('test') }, { value: 'live', label: t('live') }]} value={mode} onChange={(wanted) => setMode(wanted as Account['mode'])} />
      <TagsInput label={t('Currencies')} description={t('None: all that the provider takes.')} value={currencies} onChange={setCurrencies} />
      {declared.map(({ name, label, about, secret, required }) => secret
        ? <PasswordInput key={name} label={label} description={about} required={required && !of?.secrets.includes(name)} placeholder={of?.secrets.includes(name) ? t('kept as it is') : ''} autoComplete="off" value={secrets[name] ?? ''} onChange={(event) => { const value = event.currentTarget.value; setSecrets((now) => ({ ...now, [name]: value })) }} />
        : <TextInput key={name} label={label} description={about} required={required} value={told[name] ?? ''} onChange={(event) => { const value = event.currentTarget.value; setTold((now) => ({ ...now, [name]: value })) }} />)}
      <Switch label={t('Takes new orders')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
      <Text size="xs" className="quiet">{t('What was paid with an account goes on with it, also when it is off.')}</Text>
    </Ask>
  )
}
