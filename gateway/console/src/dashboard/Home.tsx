/** Where does one begin? At the dashboard, or at the first page that one may see. */
import { Navigate } from 'react-router'
import { PLACES } from '@/shell/places'
import { useMay } from '@/shell/session'
import { Dashboard } from './Dashboard'

export function Home() {
  const may = useMay()
  const first = PLACES.find((place) => may(place.needs))
  return first && first.to !== '/' ? <Navigate to={first.to} replace /> : <Dashboard />
}
