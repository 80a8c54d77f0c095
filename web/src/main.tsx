// Where the page begins: the language's texts, then the screens.
import { createRoot } from 'react-dom/client';
import './app/global.css';
import { App } from './app/App';
import { numberStyles } from './app/nonce';
import { startLanguages } from './i18n';

numberStyles();

const root = document.getElementById('root');
if (root) {
  void startLanguages().then(() => createRoot(root).render(<App />));
}
