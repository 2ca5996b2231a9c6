// The dark theme: Cockpit's shell keeps the user's choice, and says when it changes.

/** Makes the page dark or light as the shell is, now and whenever that changes. */
export function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (style = localStorage.getItem('shell:style') ?? 'auto') => {
    const isDark = style === 'dark' || (style === 'auto' && dark.matches);
    document.documentElement.classList.toggle('pf-v6-theme-dark', isDark);
  };
  window.addEventListener('storage', ({ key }) => {
    if (key === 'shell:style') apply();
  });
  window.addEventListener('cockpit-style', (event) => {
    if (event instanceof CustomEvent) apply(String(event.detail.style));
  });
  dark.addEventListener('change', () => apply());
  apply();
}
