// Before anything is painted: the theme that was chosen here, if one was. Without a choice the system's holds.
(() => {
  const kept = localStorage.getItem('theme');
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;

  document.addEventListener('click', event => {
    if (!event.target.closest?.('[data-theme-toggle]')) return;
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
    document.dispatchEvent(new Event('themechange'));
  });

  // What an export or an import shows is a link or a form; what a person copies is text.
  document.addEventListener('click', event => {
    const text = event.target.closest?.('[data-copy]')?.dataset.copy;
    if (text) navigator.clipboard?.writeText(text);
  });
})();
