import { Navigate } from '@tanstack/react-router';
import { useLayout } from '@/shared/useLayout';

/** On a phone the menu is the screen; elsewhere the first item is shown beside it. */
export default function SettingsHome() {
  return useLayout() === 'phone' ? null : <Navigate to="/settings/profile" replace />;
}
