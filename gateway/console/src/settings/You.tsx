/** What can one change about one's own login? Password and second factor. */
import { Badge, Button, Card, Code, Group, PasswordInput, PinInput, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { identity } from '@/api/identity'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { SESSION, useSession } from '@/shell/session'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

export function You() {
  const session = useSession()
  return (
    <Stack maw={560}>
      <Card>
        <Text fw={600}>{session.user.name}</Text>
        <Text size="sm">{session.user.email}</Text>
        <Group gap={4} mt="xs">{session.roles.map((role) => <Badge key={role}>{word(role)}</Badge>)}</Group>
        <Text size="xs" className="quiet" mt="xs">
          {session.warehouses ? t('only for {places}', { places: session.warehouses.join(', ') }) : t('for all warehouses')} · {session.channels ? t('only for {places}', { places: session.channels.join(', ') }) : t('for all channels')}
        </Text>
        <Text size="xs" className="quiet">{t('logged in until {when}', { when: when(session.expires_at) })}</Text>
      </Card>
      <Password />
      <SecondFactor on={session.second_factor} />
    </Stack>
  )
}

function Password() {
  const [old, setOld] = useState('')
  const [password, setPassword] = useState('')
  const act = useChange((wish: { old: string; password: string }) => identity.changePassword(wish.old, wish.password), {
    says: t('Your password is set.'), refresh: [SESSION], done: () => { setOld(''); setPassword('') },
  })
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('Password')}</Title>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ old, password }) }}>
        <Stack gap="sm">
          <PasswordInput label={t('Present password')} autoComplete="current-password" required value={old} onChange={(event) => setOld(event.currentTarget.value)} />
          <PasswordInput label={t('New password')} autoComplete="new-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          <Sorry error={act.error} />
          <Group><Button type="submit" variant="light" loading={act.isPending}>{t('Set the password')}</Button></Group>
        </Stack>
      </form>
    </Card>
  )
}

function SecondFactor({ on }: { on: boolean }) {
  const cache = useQueryClient()
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: identity.secondFactor })
  const finish = useMutation({
    mutationFn: (given: string) => (on ? identity.switchOff(given) : identity.switchOn(given)),
    onSuccess: () => { begin.reset(); void cache.invalidateQueries({ queryKey: SESSION }) },
    onSettled: () => setCode(''),
  })
  return (
    <Card>
      <Group justify="space-between" mb="sm"><Title order={2} size="h4">{t('Second factor')}</Title><Badge color={on ? 'teal' : 'gray'}>{on ? t('on') : t('off')}</Badge></Group>
      {!on && !begin.data && <Button variant="light" loading={begin.isPending} onClick={() => begin.mutate()}>{t('Switch it on')}</Button>}
      {begin.data && !on && (
        <Stack gap="xs" mb="sm">
          <Text size="sm">{t('Put this key into your authenticator app, then write the code that it shows.')}</Text>
          <Code block>{begin.data.secret}</Code>
          <Text size="sm"><a href={begin.data.uri}>{t('Open it in an app on this device')}</a></Text>
        </Stack>
      )}
      {(on || begin.data) && (
        <Stack gap="xs">
          {on && <Text size="sm">{t('To switch it off, write the code that your app shows.')}</Text>}
          <PinInput length={6} type="number" oneTimeCode value={code} onChange={setCode} onComplete={(given) => finish.mutate(given)} aria-label={t('Code from your authenticator app')} />
        </Stack>
      )}
      <Sorry error={begin.error ?? finish.error} />
    </Card>
  )
}
