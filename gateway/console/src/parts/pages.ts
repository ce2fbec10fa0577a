/** How is a list asked for? Page by page, each from behind the one before. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'

interface Page<Row> {
  rows: Row[]
  next: string
  missing?: string[]
}

export function usePages<Row>(key: readonly unknown[], ask: (after: string) => Promise<Page<Row>>, every = 15_000) {
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every,
  })
  return {
    rows: asked.data?.pages.flatMap((page) => page.rows) ?? [],
    missing: asked.data?.pages.at(-1)?.missing ?? [],
    more: asked.hasNextPage ? () => void asked.fetchNextPage() : undefined,
    busy: asked.isFetchingNextPage,
    pending: asked.isPending,
    stale: asked.isPlaceholderData,
    error: asked.error,
    again: () => void asked.refetch(),
  }
}
