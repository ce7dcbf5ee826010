'use strict';
// Without this script everything can be read; with it there are hover texts, zoom, search and sorting.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const by = id => document.getElementById(id);

for (const time of all('[data-unix]')) time.textContent = new Date(+time.dataset.unix).toISOString();

// Hover: the text of what is under the pointer.
const tip = by('tip');
addEventListener('pointermove', event => {
  const target = event.target.closest?.('[data-t]');
  tip.hidden = !target;
  if (!target) return;
  tip.textContent = target.dataset.t;
  tip.style.left = Math.max(0, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 4)) + 'px';
  tip.style.top = Math.max(0, Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 4)) + 'px';
});

// Zoom: the part of a timeline that is shown.
const human = ns => {
  const units = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
  const [unit, name] = units.find(([unit]) => ns >= unit) ?? units[3];
  return Number((ns / unit).toPrecision(4)) + ' ' + name;
};
const LEAST = 0.2;
const timeline = zoom => {
  const svg = zoom.querySelector('svg'), height = svg.viewBox.baseVal.height, ns = +zoom.dataset.ns;
  let x = 0, width = 1000;
  const show = (newX, newWidth) => {
    width = Math.max(LEAST, Math.min(1000, newWidth));
    x = Math.max(0, Math.min(1000 - width, newX));
    svg.setAttribute('viewBox', [x, 0, width, height].join(' '));
    all('.axis span', zoom).forEach((label, place) => { label.textContent = human((x + width * place / 4) / 1000 * ns); });
  };
  const scaled = (factor, at = 0.5) => show(x + width * at * (1 - factor), width * factor);
  const keys = { '+': () => scaled(0.5), '=': () => scaled(0.5), '-': () => scaled(2), '0': () => show(0, 1000),
    ArrowLeft: () => show(x - width / 8, width), ArrowRight: () => show(x + width / 8, width) };
  zoom.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
  const part = event => (event.clientX - svg.getBoundingClientRect().left) / svg.clientWidth;
  svg.addEventListener('wheel', event => {
    if (!event.ctrlKey && !event.metaKey) return;
    scaled(event.deltaY < 0 ? 0.7 : 1 / 0.7, part(event));
    event.preventDefault();
  }, { passive: false });
  svg.addEventListener('dblclick', event => scaled(0.3, part(event)));
  svg.addEventListener('pointermove', event => {
    if (event.buttons === 1) show(x - event.movementX / svg.clientWidth * width, width);
  });
  const buttons = document.createElement('div');
  buttons.className = 'keys';
  for (const [name, label, key] of [['+', 'Zoom in', '+'], ['−', 'Zoom out', '-'], ['←', 'Earlier', 'ArrowLeft'], ['→', 'Later', 'ArrowRight'], ['all', 'Show all', '0']]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.title = label + (key === '+' ? ' (+, or a double click, or Ctrl and the wheel)' : '');
    button.setAttribute('aria-label', label);
    button.addEventListener('click', keys[key]);
    buttons.append(button);
  }
  zoom.append(buttons);
  show(0, 1000);
};
all('.zoom').forEach(timeline);

// Search: what does not contain the text is hidden; bubbles are dimmed.
const search = by('search'), found = by('found');
search.closest('p').hidden = false;
const searched = all('[data-q]').map(item => [item, item.textContent.toLowerCase()]);
const filter = () => {
  const wanted = search.value.trim().toLowerCase();
  let count = 0;
  for (const [item, text] of searched) {
    const fits = text.includes(wanted);
    count += fits;
    if (item.namespaceURI.endsWith('svg')) item.classList.toggle('dim', !fits);
    else item.hidden = !fits;
  }
  found.textContent = wanted ? count + ' found' : '';
};
search.addEventListener('input', filter);
addEventListener('keydown', event => {
  if (event.key !== '/' || event.target === search) return;
  search.focus();
  event.preventDefault();
});

// Sorting: by the column whose head is pressed.
for (const table of all('table.sort')) {
  const heads = all('th', table), body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.ariaSort !== 'descending';
      heads.forEach(other => { other.ariaSort = null; });
      head.ariaSort = down ? 'descending' : 'ascending';
      const value = row => row.cells[column].dataset.v ?? row.cells[column].textContent.toLowerCase();
      const compare = (a, b) => isNaN(a) || isNaN(b) ? String(b).localeCompare(String(a)) : b - a;
      body.append(...[...body.rows].sort((a, b) => (down ? 1 : -1) * compare(value(a), value(b))));
    });
  });
}

// In print every part is open.
addEventListener('beforeprint', () => all('details').forEach(details => { details.open = true; }));
