/** Who may log in, and as what? */
import { Badge, Button, Group, MultiSelect, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Grant, identity, type User } from '@/api/identity'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t, word } from '@/text/text'

export function Users() {
  const may = useMay()
  const pages = usePages<User>(['users'], async (after) => {
    const page = await identity.users(after)
    return { rows: page.users, next: page.next }
  }, 60_000)
  const off = useChange((userId: string) => identity.deactivate(userId), { refresh: [['users']] })
  return (
    <>
      {may('settings.write') && <Group mb="sm"><Edit /></Group>}
      <Sorry error={pages.error ?? off.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Users')}
          rows={pages.rows}
          id={(one) => one.user_id}
          more={pages.more}
          empty={<Empty title={t('There are no users')} />}
          columns={[
            { head: t('Name'), main: true, cell: (one) => <Text size="sm" fw={600} td={one.active ? undefined : 'line-through'}>{one.name}</Text> },
            { head: t('E-mail'), cell: (one) => one.email },
            { head: t('Roles'), cell: (one) => <Group gap={4}>{one.roles.map((grant) => <Badge key={JSON.stringify(grant)}>{[word(grant.role), ...(grant.warehouses ?? []), ...(grant.channels ?? [])].join(' · ')}</Badge>)}</Group> },
            { head: t('Second factor'), cell: (one) => (one.second_factor ? t('on') : t('off')) },
            { head: t('Now'), cell: (one) => may('settings.write') && one.active && <Group gap={6}><Edit user={one} /><Button size="xs" variant="subtle" color="red" loading={off.isPending && off.variables === one.user_id} onClick={() => off.mutate(one.user_id)}>{t('Deactivate')}</Button></Group> },
          ]}
        />
      )}
    </>
  )
}

function Edit({ user }: { user?: User }) {
  const known = useQuery({ queryKey: ['roles'], queryFn: identity.roles, staleTime: 300_000 })
  const [email, setEmail] = useState('')
  const [name, setName] = useState(user?.name ?? '')
  const [chosen, setChosen] = useState(user?.roles.map((grant) => grant.role) ?? [])
  const kept = (role: Grant['role']): Grant => user?.roles.find((grant) => grant.role === role) ?? { role, warehouses: null, channels: null }
  const act = useChange(
    (wish: { email: string; name: string; roles: Grant[] }) => (user ? identity.change(user, { name: wish.name, roles: wish.roles }) : identity.invite(wish)),
    { refresh: [['users']], says: user ? t('It is saved.') : t('A mail with a link to set the password is on its way.') },
  )
  return (
    <Ask label={user ? t('Edit') : t('Invite somebody')} size={user ? 'xs' : 'sm'} does={user ? t('Save') : t('Invite')} act={act} ready={!!name.trim() && chosen.length > 0 && (!!user || !!email)}
      submit={() => act.mutate({ email, name: name.trim(), roles: chosen.map(kept) })}>
      {user ? <Text size="sm">{user.email}</Text> : <TextInput label={t('E-mail')} type="email" required data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />}
      <TextInput label={t('Name')} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <MultiSelect label={t('Roles')} data={known.data?.roles.map(({ role }) => ({ value: role, label: word(role) })) ?? []} value={chosen} onChange={(roles) => setChosen(roles as Grant['role'][])} />
    </Ask>
  )
}
