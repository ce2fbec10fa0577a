/** What may each role do? In the gateway's words. */
import { Card, List, SimpleGrid, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { identity } from '@/api/identity'
import { Busy } from '@/parts/Busy'
import { Sorry } from '@/parts/Sorry'
import { word } from '@/text/text'

export function RolesList() {
  const asked = useQuery({ queryKey: ['roles'], queryFn: identity.roles, staleTime: 300_000 })
  const words = (permission: string) => asked.data?.permissions.find((one) => one.permission === permission)?.words ?? permission
  if (asked.isPending) return <Busy />
  return (
    <>
      <Sorry error={asked.error} again={() => void asked.refetch()} />
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {asked.data?.roles.map((role) => (
          <Card key={role.role}>
            <Title order={2} size="h5" mb="xs">{word(role.role)}</Title>
            <Text size="sm" className="quiet" mb="xs">{role.about}</Text>
            <List size="sm" styles={{ root: { listStylePosition: 'outside', paddingInlineStart: '1.1rem' }, itemWrapper: { display: 'inline' } }}>{role.permissions.map((one) => <List.Item key={one}>{words(one)}</List.Item>)}</List>
          </Card>
        ))}
      </SimpleGrid>
    </>
  )
}
