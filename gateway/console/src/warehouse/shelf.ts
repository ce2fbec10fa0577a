/** Where are scans kept? In the browser's database, which outlives the page. */
import type { Scan, Shelf } from './queue'

const STORE = 'scans'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('oms', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'key' })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' })
      const asked = act(transaction.objectStore(STORE))
      transaction.oncomplete = () => resolve(asked.result)
      transaction.onabort = transaction.onerror = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

export const browserShelf: Shelf = {
  all: () => within<Scan[]>('readonly', (store) => store.getAll()),
  put: async (scan) => void (await within('readwrite', (store) => store.put(scan))),
  remove: async (key) => void (await within('readwrite', (store) => store.delete(key))),
}
