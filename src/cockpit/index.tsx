// The page in Cockpit: what guestctl prints as JSON, drawn; and what guestctl does, by clicks.
import '@patternfly/react-core/dist/styles/base.css';
import '@xterm/xterm/css/xterm.css';
import './page.css';
import './plots.css';
import './terminal.css';
import { createRoot } from 'react-dom/client';
import { cockpit } from './bridge/cockpit.ts';
import { followTheme } from './bridge/theme.ts';
import { App } from './views/app.tsx';
import { language } from './views/hooks.ts';
import { setTranslator } from './words/translate.ts';

setTranslator((text) => cockpit.gettext(text));
followTheme();
const { documentElement } = document;
documentElement.lang = language();
documentElement.dir = cockpit.language_direction ?? 'ltr';
const place = document.getElementById('app');
if (place) createRoot(place).render(<App />);
