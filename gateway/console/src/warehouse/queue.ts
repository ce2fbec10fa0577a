/** What becomes of a scan while there is no connection? It waits here, and is sent once.

Each scan has a key of its own, made when it was scanned: sent again under it, it counts once.
They are sent in the order in which they were scanned; what the server refuses stays to be seen.
*/
import { Problem } from '@/api/problem'

export interface Scan {
  key: string
  fulfillment_order_id: string
  barcode: string
  bin: string
  quantity: number
  at: number
  refused: string
}

export interface Shelf {
  all: () => Promise<Scan[]>
  put: (scan: Scan) => Promise<void>
  remove: (key: string) => Promise<void>
}

export class Queue<Answer> {
  private running: Promise<boolean> | null = null

  constructor(
    private readonly shelf: Shelf,
    private readonly send: (scan: Scan) => Promise<Answer>,
    private readonly heard: (scan: Scan, answer: Answer | Problem) => void,
  ) {}

  /** Keep a scan; it is safe when this has ended. */
  async add(scan: Scan): Promise<void> {
    await this.shelf.put(scan)
  }

  /** The scans that are not decided yet, and those that were refused, oldest first. */
  async list(): Promise<Scan[]> {
    return (await this.shelf.all()).sort((one, other) => one.at - other.at)
  }

  /** Somebody has seen that a scan was refused. */
  async forget(key: string): Promise<void> {
    await this.shelf.remove(key)
  }

  /** Send what waits; false if something still waits because the server is away. */
  flush(): Promise<boolean> {
    this.running ??= this.sendAll().finally(() => {
      this.running = null
    })
    return this.running
  }

  private async sendAll(): Promise<boolean> {
    for (;;) {
      const scan = (await this.list()).find((one) => !one.refused)
      if (!scan) return true
      const answer = await this.send(scan).catch((error: unknown) => {
        if (error instanceof Problem) return error
        throw error
      })
      if (answer instanceof Problem) {
        if (!isVerdict(answer)) return false
        await this.shelf.put({ ...scan, refused: answer.message })
      } else {
        await this.shelf.remove(scan.key)
      }
      this.heard(scan, answer)
    }
  }
}

/** Whether the server has judged the scan; it has not while it is away or asks who we are. */
function isVerdict(problem: Problem): boolean {
  return !problem.passes && ![401, 403, 429].includes(problem.status)
}
