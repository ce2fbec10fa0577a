/** Where does a run stand at one of its steps? */

export type Standing = 'done' | 'here' | 'stuck' | 'ahead'

interface Run {
  step: string
  phase: string
  problem: string
  steps: string[]
}

export function standing(run: Run, number: number): Standing {
  if (run.phase === 'done') return 'done'
  if (run.phase === 'compensated') return 'ahead'
  const at = run.steps.indexOf(run.step)
  if (number < at) return 'done'
  if (number > at) return 'ahead'
  return run.phase === 'waiting' || run.problem ? 'stuck' : 'here'
}
