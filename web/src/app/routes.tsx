// Which screen is at which address. Each is loaded when it is first opened.
import { lazy, Suspense } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { Boundary } from './Broken';
import { Gate } from './Gate';
import { NotFound } from './NotFound';
import { Shell } from './Shell';

const AskScreen = lazy(async () => ({ default: (await import('../screens/ask/AskScreen')).AskScreen }));
const DataScreen = lazy(async () => ({ default: (await import('../screens/data/DataScreen')).DataScreen }));
const DatasetsScreen = lazy(async () => ({
  default: (await import('../screens/datasets/DatasetsScreen')).DatasetsScreen,
}));
const SettingsScreen = lazy(async () => ({
  default: (await import('../screens/settings/SettingsScreen')).SettingsScreen,
}));
const AccountScreen = lazy(async () => ({
  default: (await import('../screens/account/AccountScreen')).AccountScreen,
}));
const AdminScreen = lazy(async () => ({ default: (await import('../screens/admin/AdminScreen')).AdminScreen }));
const SignInScreen = lazy(async () => ({ default: (await import('../screens/sign-in/SignInScreen')).SignInScreen }));

export function Screens() {
  return (
    <BrowserRouter>
      <Boundary>
        <Suspense>
          <Routes>
            <Route path="/sign-in" element={<SignInScreen />} />
            <Route element={<Gate children={<Shell />} />}>
              <Route index element={<AskScreen />} />
              <Route path="/ask/:id" element={<AskScreen />} />
              <Route path="/data/:id?/:tab?" element={<DataScreen />} />
              <Route path="/data/datasets/:id?" element={<DatasetsScreen />} />
              <Route path="/settings/:tab?" element={<SettingsScreen />} />
              <Route path="/account" element={<AccountScreen />} />
              <Route path="/admin/:tab?" element={<AdminScreen />} />
              <Route path="*" element={<NotFound />} />
            </Route>
          </Routes>
        </Suspense>
      </Boundary>
    </BrowserRouter>
  );
}
