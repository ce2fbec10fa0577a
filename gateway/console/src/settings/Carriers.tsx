/** Which carriers does the shop work with? Accounts, drawn from what each kind wants to know. */
import { Alert, Badge, Button, Group, PasswordInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t, word } from '@/text/text'

type Account = Of<'CarrierAccount'>
type Kind = Of<'CarrierKind'>
type Field = Kind['configuration'][number]
type Wish = { account: string; body: Schemas['SaveCarrierAccountBody'] }

const LIST = ['carrier-accounts']

export function Carriers() {
  const write = useMay()('settings.write')
  const asked = useQuery({ queryKey: LIST, queryFn: () => got(api.GET('/carrier-accounts')) })
  const kinds = useQuery({ queryKey: ['carrier-kinds'], queryFn: () => got(api.GET('/carrier-kinds')), staleTime: 300_000 })
  const test = useChange((account: string) => got(api.POST('/carrier-accounts/{account}/test', { params: { path: { account } } })))
  const known = kinds.data?.kinds ?? []
  return (
    <Stack>
      {write && <Group><Save kinds={known} /></Group>}
      {test.data && (
        <Alert color={test.data.well ? 'teal' : 'red'} title={test.data.account} role="status">
          {test.data.well ? t('The carrier lets us in.') : test.data.problem}
        </Alert>
      )}
      <Sorry error={asked.error ?? kinds.error ?? test.error} again={() => void asked.refetch()} />
      {asked.isPending ? <Busy /> : (
        <Rows
          label={t('Carriers')}
          rows={asked.data?.accounts ?? []}
          id={(one) => one.account}
          empty={<Empty title={t('No carrier is connected')} todo={t('The sandbox carries everything until the first account is added.')} />}
          columns={[
            { head: t('Account'), main: true, cell: (one) => <>{one.name}<Text size="xs" className="quiet">{one.account}</Text></> },
            { head: t('Kind'), cell: (one) => known.find((kind) => kind.kind === one.kind)?.name ?? one.kind },
            { head: t('Can do'), cell: (one) => <Group gap={4}>{one.capabilities.map((what) => <Badge key={what} size="xs" variant="light">{word(what)}</Badge>)}</Group> },
            { head: t('Countries'), cell: (one) => one.countries.join(', ') || t('everything') },
            { head: t('State'), cell: (one) => (one.active ? t('on') : t('off')) },
            {
              head: t('Now'),
              cell: (one) => write && (
                <Group gap={4}>
                  <Button size="xs" variant="subtle" loading={test.isPending && test.variables === one.account} onClick={() => test.mutate(one.account)}>{t('Test')}</Button>
                  <Save kinds={known} known={one} />
                </Group>
              ),
            },
          ]}
        />
      )}
    </Stack>
  )
}

function Save({ kinds, known }: { kinds: Kind[]; known?: Account }) {
  const [account, setAccount] = useState(known?.account ?? '')
  const [kind, setKind] = useState(known?.kind ?? '')
  const [name, setName] = useState(known?.name ?? '')
  const [active, setActive] = useState(known?.active ?? true)
  const [countries, setCountries] = useState(known?.countries.join(' ') ?? '')
  const [told, setTold] = useState<Record<string, string>>(Object.fromEntries(known?.configuration.map((one) => [one.name, one.value]) ?? []))
  const [seen, setSeen] = useState(known)
  const load = () => {
    if (!known) return
    setSeen(known)
    setName(known.name)
    setActive(known.active)
    setCountries(known.countries.join(' '))
    setTold(Object.fromEntries(known.configuration.map((one) => [one.name, one.value])))
  }
  const act = useChange(
    ({ account, body }: Wish) => got(api.PUT('/carrier-accounts/{account}', { params: { path: { account }, header: seen && ifMatch(seen) }, body })),
    { refresh: [LIST], says: t('The account is saved.') },
  )
  const fields = kinds.find((one) => one.kind === kind)?.configuration ?? []
  const submit = () => act.mutate({
    account,
    body: {
      kind, name, active,
      countries: countries.toUpperCase().split(/[\s,]+/).filter(Boolean),
      services: seen?.services ?? [],
      configuration: fields.filter((field) => told[field.name]).map((field) => ({ name: field.name, value: told[field.name] ?? '' })),
    },
  })
  return (
    <Ask label={known ? t('Change') : t('Add an account')} variant={known ? 'subtle' : 'default'} size={known ? 'xs' : undefined} title={known?.name ?? t('Add an account')} does={t('Save')} act={act} opened={load} ready={!!account && !!kind && !!name} submit={submit} wide>
      <Overtaken seen={seen} now={known} load={load} act={act} />
      {!known && <Select label={t('Kind')} required data-autofocus data={kinds.map((one) => ({ value: one.kind, label: one.name }))} value={kind} onChange={(chosen) => setKind(chosen ?? '')} />}
      {!known && <TextInput label={t('Code')} required value={account} onChange={(event) => setAccount(event.currentTarget.value)} />}
      <TextInput label={t('Name')} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {fields.map((field) => <Told key={field.name} field={field} kept={!!known?.secrets_set.includes(field.name)} value={told[field.name] ?? ''} tell={(value) => setTold({ ...told, [field.name]: value })} />)}
      <TextInput label={t('Countries that it delivers to')} placeholder={t('everything')} value={countries} onChange={(event) => setCountries(event.currentTarget.value)} />
      <Switch label={t('May be asked for offers')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
    </Ask>
  )
}

function Told({ field, kept, value, tell }: { field: Field; kept: boolean; value: string; tell: (value: string) => void }) {
  const shown = { label: field.label, description: field.about, required: field.required && !kept && !field.default }
  const typed = { ...shown, value, onChange: (event: { currentTarget: { value: string } }) => tell(event.currentTarget.value) }
  if (field.kind === 'choice') return <Select {...shown} data={field.choices} value={value || field.default} onChange={(chosen) => tell(chosen ?? '')} />
  if (field.kind === 'secret') return <PasswordInput {...typed} autoComplete="off" placeholder={kept ? t('stays as it is') : ''} />
  if (field.kind === 'long_text') return <Textarea {...typed} autosize minRows={4} />
  return <TextInput {...typed} placeholder={field.default} />
}
