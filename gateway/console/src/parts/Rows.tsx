/** How is a list shown? As a table, on a phone as cards; j and k move, Enter opens. */
import { Button, Card, Center, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type ReactNode, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { t } from '@/text/text'

export interface Column<Row> {
  head: string
  cell: (row: Row) => ReactNode
  number?: boolean
  main?: boolean
  /** On a phone it stands beside others, without its name. */
  short?: boolean
  /** Its name is for those who do not see what is in it. */
  bare?: boolean
}

interface Shown<Row> {
  rows: Row[]
  columns: Column<Row>[]
  id: (row: Row) => string
  to?: (row: Row) => string
  /** What x does to the row. */
  select?: ((row: Row) => void) | undefined
  empty: ReactNode
  more?: (() => void) | undefined
  busy?: boolean
  label: string
  /** It stands in a card already. */
  bare?: boolean
}

export function Rows<Row>({ rows, columns, id, to, select, empty, more, busy, label, bare }: Shown<Row>) {
  const go = useNavigate()
  const [at, setAt] = useState(-1)
  const move = (by: number) => setAt((was) => Math.min(Math.max(was + by, 0), rows.length - 1))
  const open = (row: Row | undefined) => row && to && void go(to(row))
  const mark = (row: Row | undefined) => row && select?.(row)
  useHotkeys(to ? [['j', () => move(1)], ['k', () => move(-1)], ['x', () => mark(rows[at])], ['Enter', () => open(rows[at])]] : [], ['INPUT', 'TEXTAREA', 'SELECT', 'BUTTON', 'A'])
  useEffect(() => {
    document.querySelector('[data-at=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  if (!rows.length) return <Card><Center py="xl"><Stack align="center" gap="xs">{empty}</Stack></Center></Card>
  return (
    <>
      <Card p={0} withBorder={!bare} bg={bare ? 'transparent' : undefined} radius={bare ? 0 : undefined}>
        <Table.ScrollContainer minWidth={0} type="native">
          <Table className="rows" highlightOnHover verticalSpacing="xs" horizontalSpacing="sm" aria-label={label}>
            <Table.Thead>
              <Table.Tr>{columns.map((column) => <Table.Th key={column.head} className={column.number ? 'number' : undefined}>{column.bare ? <VisuallyHidden>{column.head}</VisuallyHidden> : column.head}</Table.Th>)}</Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row, number) => (
                <Table.Tr
                  key={id(row)}
                  data-opens={to ? true : undefined}
                  data-at={number === at ? 'true' : undefined}
                  onClick={(event) => {
                    if (!(event.target as Element).closest('a, button, input')) open(row)
                  }}
                >
                  {columns.map((column) => (
                    <Table.Td key={column.head} data-label={column.head} data-main={column.main ? 'true' : undefined} data-short={column.short ? 'true' : undefined} className={column.number ? 'number' : undefined}>
                      {column.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Card>
      {more && <Center mt="sm"><Button variant="default" onClick={more} loading={busy}>{t('Show more')}</Button></Center>}
    </>
  )
}

/** What stands where a list is empty: that it is, and what to do. */
export function Empty({ title, todo }: { title: string; todo?: ReactNode }) {
  return (
    <>
      <Text fw={600}>{title}</Text>
      {todo && <Text size="sm" ta="center" maw={440} component="div" className="quiet">{todo}</Text>}
    </>
  )
}
