/** How is a shop connected, or its connection changed? By a form that its kind declares. */
import { Badge, Checkbox, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { Sorry } from '@/parts/Sorry'
import { t, word } from '@/text/text'

type Kind = Of<'ChannelKind'>
type View = Of<'ConnectionView'>

/** Settings that a connection has fields of its own for; all others go into `settings`. */
const NAMED = ['base_url', 'access_token', 'webhook_secret', 'location_id']

export function Connect({ old }: { old?: View }) {
  const kinds = useQuery({ queryKey: ['channel-kinds'], queryFn: () => got(api.GET('/channel-kinds')), staleTime: 300_000 })
  const [channel, setChannel] = useState(old?.channel ?? '')
  const [name, setName] = useState(old?.name ?? '')
  const [chosen, setChosen] = useState(old?.kind ?? '')
  const [values, setValues] = useState<Record<string, string>>(Object.fromEntries((old?.settings ?? []).map((one) => [one.name, one.value])))
  const [pushStock, setPushStock] = useState(old?.push_stock ?? false)
  const [since, setSince] = useState(old?.pull_from?.slice(0, 10) ?? '')
  const kind = kinds.data?.kinds.find((one) => one.kind === chosen)
  const [seen, setSeen] = useState(old)
  const load = () => {
    if (!old) return
    setSeen(old)
    setName(old.name)
    setValues(Object.fromEntries(old.settings.map((one) => [one.name, one.value])))
    setPushStock(old.push_stock)
    setSince(old.pull_from?.slice(0, 10) ?? '')
  }
  const act = useChange(
    (wish: ReturnType<typeof wishOf>, key) => got(api.PUT('/channels/{channel}', { params: { path: { channel: channel.trim() }, header: { ...key, ...(seen && ifMatch(seen)) } }, body: wish })),
    { refresh: [['channels']], says: t('The shop is being asked.') },
  )
  const fits = (one: Kind['settings'][number]) => !one.required || !!values[one.name] || !!old?.has.includes(one.name)
  const ready = !!kind && !!channel.trim() && !!name.trim() && kind.settings.every(fits)
  // an unchanged day is sent as the moment that it was, so that the shop is not asked anew
  const from = since && since === seen?.pull_from?.slice(0, 10) ? seen.pull_from : since && `${since}T00:00:00Z`
  return (
    <Ask label={old ? t('Change') : t('Connect a shop')} size={old ? 'xs' : undefined} does={t('Connect')} act={act} opened={load} ready={ready} submit={() => kind && act.mutate(wishOf(kind, name.trim(), values, pushStock, from))}>
      <Overtaken seen={seen} now={old} load={load} act={act} />
      <Sorry error={kinds.error} again={() => void kinds.refetch()} />
      {kinds.isPending && <Busy />}
      <Select label={t('Kind of shop')} required disabled={!!old} data={kinds.data?.kinds.map((one) => ({ value: one.kind, label: one.title })) ?? []} value={chosen} onChange={(value) => setChosen(value ?? '')} />
      <TextInput label={t('Channel')} required disabled={!!old} value={channel} onChange={(event) => setChannel(event.currentTarget.value)} />
      <TextInput label={t('Name')} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {kind?.settings.map((one) => {
        const given = {
          label: one.label,
          required: one.required && !old?.has.includes(one.name),
          description: old?.has.includes(one.name) ? t('Empty: the old one stays.') : one.help,
          value: values[one.name] ?? '',
          onChange: (event: { currentTarget: { value: string } }) => {
            const { value } = event.currentTarget
            setValues((before) => ({ ...before, [one.name]: value }))
          },
        }
        return one.secret ? <PasswordInput key={one.name} autoComplete="off" {...given} /> : <TextInput key={one.name} {...given} />
      })}
      {kind?.can.includes('push_stock') && <Checkbox label={t('Tell the shop of our stock')} checked={pushStock} onChange={(event) => setPushStock(event.currentTarget.checked)} />}
      {kind?.can.includes('pull') && <TextInput type="date" label={t('Ask for orders since')} value={since} onChange={(event) => setSince(event.currentTarget.value)} />}
      {kind && <Abilities kind={kind} />}
    </Ask>
  )
}

function Abilities({ kind }: { kind: Kind }) {
  return (
    <Stack gap={4}>
      <Text size="xs" className="quiet">{t('What it can do')}</Text>
      <Group gap={4}>
        {kind.can.map((what) => <Badge key={what} size="sm" color="teal" variant="light">{word(what)}</Badge>)}
        {kind.cannot.map((what) => <Badge key={what} size="sm" color="gray" variant="outline">{t('not: {what}', { what: word(what) })}</Badge>)}
      </Group>
    </Stack>
  )
}

function wishOf(kind: Kind, name: string, values: Record<string, string>, push_stock: boolean, pull_from: string) {
  const asked = kind.settings.filter((one) => values[one.name])
  return {
    kind: kind.kind,
    name,
    push_stock,
    pull_from: pull_from || null,
    ...Object.fromEntries(asked.filter((one) => NAMED.includes(one.name)).map((one) => [one.name, values[one.name] ?? ''])),
    settings: asked.filter((one) => !NAMED.includes(one.name)).map((one) => ({ name: one.name, value: values[one.name] ?? '' })),
  }
}
