'use strict';
(() => {
  const MOST_MARKED = 3000; // matches that are highlighted; all are counted
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const query = byId('query'), count = byId('count'), help = byId('help'), theme = byId('theme');
  const parts = all('details.part');
  const wasOpen = new Map(parts.map((part) => [part, part.open]));
  let texts = null, found = [], at = -1, timer = 0;

  const plural = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

  // Search and filter: entries without a match are hidden.

  const indexed = () => texts ??= all('details.part .talk > article').map((entry) => ({
    entry,
    part: entry.closest('details.part'),
    kind: entry.classList[1],
    text: all('header, .name, pre', entry).map((one) => one.textContent).join('\n'),
  }));

  function search() {
    clearTimeout(timer);
    timer = 0;
    const kind = document.querySelector('input[name=kind]:checked').value;
    const words = query.value;
    const wanted = words && new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
    const shown = new Set();
    let matches = 0;
    [found, at] = [[], -1];
    for (const one of indexed()) {
      const inside = kind && one.kind !== kind ? 0 : words ? one.text.match(wanted)?.length ?? 0 : 1;
      one.entry.hidden = !inside;
      if (!inside) continue;
      matches += inside;
      found.push(one.entry);
      shown.add(one.part);
    }
    const filters = Boolean(words || kind);
    for (const part of parts) {
      part.hidden = !shown.has(part);
      part.open = filters || wasOpen.get(part);
    }
    document.body.classList.toggle('filtered', filters);
    count.textContent = !filters ? '' : (words ? `${plural(matches, 'match', 'matches')} in ` : '') + plural(found.length, 'entry', 'entries');
    highlight(wanted);
  }

  function highlight(wanted) {
    if (!CSS.highlights) return;
    const marks = new Highlight();
    CSS.highlights.set('hit', marks);
    for (const entry of wanted ? found : []) {
      if (marks.size > MOST_MARKED) break;
      const walker = document.createTreeWalker(entry, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const one of node.data.matchAll(wanted)) {
          const range = document.createRange();
          range.setStart(node, one.index);
          range.setEnd(node, one.index + one[0].length);
          marks.add(range);
        }
      }
    }
  }

  function clear() {
    query.value = '';
    document.querySelector('input[name=kind]').checked = true;
    search();
    query.blur();
  }

  // Moving.

  function show(target) {
    for (let place = target; place; place = place.parentElement.closest('details')) {
      if (place.matches('details')) place.open = true;
    }
    focus(target);
  }

  function focus(target) {
    const isPart = target.matches('details');
    const place = isPart ? target.firstElementChild : target;
    if (!isPart) place.tabIndex = -1;
    target.scrollIntoView({ block: isPart ? 'start' : 'center', behavior: 'instant' });
    place.focus({ preventScroll: true });
  }

  function visit(order) {
    if (!found.length || !document.body.classList.contains('filtered')) return;
    at = (order + found.length) % found.length;
    history.replaceState(null, '', `#${encodeURIComponent(found[at].id)}`);
    show(found[at]);
  }

  function step(selector, by) {
    const stops = all(selector);
    const here = document.activeElement.closest(selector);
    const top = byId('find').getBoundingClientRect().bottom;
    const now = here ? stops.indexOf(here) : stops.findIndex((one) => one.getBoundingClientRect().top > top) - (by > 0 ? 1 : 0);
    const next = stops[Math.min(stops.length - 1, Math.max(0, now + by))];
    if (next) focus(next);
  }

  function follow() {
    let target = null;
    try {
      target = byId(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!target?.matches('article, details')) return;
    if (target.hidden || target.closest('[hidden]')) clear();
    show(target);
  }

  function toggleExact() {
    const part = document.activeElement.closest('details.part') ?? document.querySelector('details.part[open]');
    if (!part) return;
    const exact = part.querySelector('details.exact');
    part.open = true;
    exact.open = !exact.open;
    exact.firstElementChild.focus();
  }

  // Theme, copies, keys, print.

  function turnTheme() {
    const next = { auto: 'light', light: 'dark', dark: 'auto' }[document.documentElement.dataset.theme ?? 'auto'];
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    theme.textContent = `Theme: ${next}`;
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(button.parentElement.firstElementChild);
      button.textContent = 'Selected';
    }
  }

  const KEYS = {
    '/': () => { query.focus(); query.select(); },
    n: () => visit(at + 1),
    p: () => visit(at < 0 ? -1 : at - 1),
    j: () => step('details.part[open] article:not([hidden])', 1),
    k: () => step('details.part[open] article:not([hidden])', -1),
    ']': () => step('details.part:not([hidden])', 1),
    '[': () => step('details.part:not([hidden])', -1),
    e: toggleExact,
    t: turnTheme,
    g: () => { scrollTo(0, 0); byId('main').focus({ preventScroll: true }); },
    '?': () => help.showModal(),
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const types = event.target === query;
    if (types && event.key === 'Enter') {
      event.preventDefault();
      if (timer) search();
      visit(at + 1);
    }
    if (event.key === 'Escape' && query) clear();
    if (types || !Object.hasOwn(KEYS, event.key) || (!query && event.key !== 't' && event.key !== '?')) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  for (const button of all('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
  theme.addEventListener('click', turnTheme);
  byId('keys').addEventListener('click', () => help.showModal());
  theme.hidden = byId('keys').hidden = false;
  addEventListener('beforeprint', () => parts.forEach((part) => { part.open = true; }));
  if (!query) return;
  byId('find').hidden = false;
  query.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  all('input[name=kind]').forEach((one) => one.addEventListener('change', search));
  addEventListener('hashchange', follow);
  follow();
})();
