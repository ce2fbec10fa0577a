/** Which programs may ask the API, for what, and how long? */
import { Alert, Badge, Button, Code, CopyButton, Group, MultiSelect, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { identity } from '@/api/identity'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t } from '@/text/text'

export function Keys() {
  const may = useMay()
  const asked = useQuery({ queryKey: ['api-keys'], queryFn: identity.keys })
  const [secret, setSecret] = useState('')
  const revoke = useChange((keyId: string) => identity.revokeKey(keyId), { refresh: [['api-keys']] })
  return (
    <>
      {may('settings.write') && <Group mb="sm"><Make show={setSecret} /></Group>}
      {secret && (
        <Alert color="teal" title={t('This is the key. It is shown only now.')} mb="sm" withCloseButton onClose={() => setSecret('')}>
          <Group><Code>{secret}</Code><CopyButton value={secret}>{({ copied, copy }) => <Button size="xs" variant="light" onClick={copy}>{copied ? t('Copied') : t('Copy')}</Button>}</CopyButton></Group>
        </Alert>
      )}
      <Sorry error={asked.error ?? revoke.error} again={() => void asked.refetch()} />
      {asked.isPending ? <Busy /> : (
        <Rows
          label={t('API keys')}
          rows={asked.data?.keys ?? []}
          id={(one) => one.key_id}
          empty={<Empty title={t('There are no keys')} todo={t('Make one for each program that shall use the API.')} />}
          columns={[
            { head: t('Name'), main: true, cell: (one) => one.name },
            { head: t('State'), cell: (one) => <State of={one.state} /> },
            { head: t('Scopes'), cell: (one) => <Group gap={4}>{one.scopes ? one.scopes.map((scope) => <Badge key={scope} color="gray">{scope}</Badge>) : <Text size="sm">{t('everything')}</Text>}</Group> },
            { head: t('Expires'), cell: (one) => (one.expires_at ? when(one.expires_at) : t('never')) },
            { head: t('Last used'), cell: (one) => when(one.used_at) },
            { head: t('Now'), cell: (one) => one.state === 'valid' && may('settings.write') && <Button size="xs" variant="subtle" color="red" loading={revoke.isPending && revoke.variables === one.key_id} onClick={() => revoke.mutate(one.key_id)}>{t('Revoke')}</Button> },
          ]}
        />
      )}
    </>
  )
}

function Make({ show }: { show: (secret: string) => void }) {
  const known = useQuery({ queryKey: ['roles'], queryFn: identity.roles, staleTime: 300_000 })
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<string[]>([])
  const [until, setUntil] = useState('')
  const act = useChange(
    (wish: { name: string; scopes: string[]; expires_at?: string }) => identity.makeKey(wish),
    { refresh: [['api-keys']], done: (made) => { show(made.secret); setName('') } },
  )
  return (
    <Ask label={t('Make a key')} does={t('Make the key')} act={act} ready={!!name.trim() && scopes.length > 0}
      submit={() => act.mutate({ name: name.trim(), scopes, ...(until ? { expires_at: new Date(`${until}T23:59:59`).toISOString() } : {}) })}>
      <TextInput label={t('Name')} description={t('Such as the program that uses it.')} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <MultiSelect label={t('Scopes')} searchable data={known.data?.permissions.map((one) => ({ value: one.permission, label: `${one.permission} – ${one.words}` })) ?? []} value={scopes} onChange={setScopes} />
      <TextInput label={t('Expires')} type="date" value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
    </Ask>
  )
}
