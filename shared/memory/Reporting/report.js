(() => {
  for (const box of document.querySelectorAll('[data-kind]'))
    box.onchange = () => document.querySelectorAll('.map .' + box.dataset.kind).forEach(p => { p.style.display = box.checked ? '' : 'none'; });

  const data = document.getElementById('data');
  if (!data) return;
  const names = Object.fromEntries([...document.querySelectorAll('#kind option')].map(o => [o.value, o.textContent]));
  const all = JSON.parse(data.textContent).map(r => ({ r, text: (r[2] + '\n' + r[3] + '\n' + r[4] + '\n' + r[5]).toLowerCase() }));
  const [q, llm, kind, hit, rows, more, found] = ['q', 'llm', 'kind', 'hit', 'rows', 'more', 'found'].map(i => document.getElementById(i));
  const page = 25;
  let matches = [], shown = 0;

  // Answers come from models: they only ever become text nodes.
  const add = (parent, tag, text, name) => {
    const e = parent.appendChild(document.createElement(tag));
    if (name) e.className = name;
    const needle = q.value.trim().toLowerCase(), at = needle ? text.toLowerCase().indexOf(needle) : -1;
    if (at < 0) e.append(text);
    else {
      e.append(text.slice(0, at));
      e.appendChild(document.createElement('mark')).textContent = text.slice(at, at + needle.length);
      e.append(text.slice(at + needle.length));
    }
    return e;
  };
  const show = () => {
    for (const { r } of matches.slice(shown, shown + page)) {
      const tr = rows.appendChild(document.createElement('tr'));
      add(tr, 'td', r[0]); add(tr, 'td', names[r[1]] ?? r[1]); add(tr, 'td', r[2]); add(tr, 'td', r[3]);
      const after = add(tr, 'td', r[4] || '–', r[6] ? 'hit' : 'miss');
      if (r[7]) add(after, 'span', r[7], 'why');
      add(tr, 'td', r[1].startsWith('Locality') ? 'as before' : r[5]);
    }
    shown = Math.min(shown + page, matches.length);
    more.hidden = shown >= matches.length;
    found.textContent = matches.length.toLocaleString('en') + (matches.length === 1 ? ' answer' : ' answers');
  };
  const filter = () => {
    const needle = q.value.trim().toLowerCase();
    matches = all.filter(({ r, text }) => (!needle || text.includes(needle)) && (!llm.value || r[0] === llm.value) && (!kind.value || r[1] === kind.value) && (hit.value === '' || String(r[6]) === hit.value));
    rows.replaceChildren();
    shown = 0;
    show();
  };
  let timer;
  q.oninput = () => { clearTimeout(timer); timer = setTimeout(filter, 120); };
  llm.onchange = kind.onchange = hit.onchange = filter;
  more.onclick = show;
  filter();
})();
