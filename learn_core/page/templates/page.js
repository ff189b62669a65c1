'use strict';
(() => {
  const MOST_SHOWN = 200;
  const AHEAD = 4;
  const UNPACKED = 'This browser can not unpack these files; learn-hook show --text can.';
  const KINDS = { user: 'user', assistant: 'assistant', thinking: 'thinking', tool_use: 'tool', tool_result: 'result' };
  const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  const TAG = /<(\/?)([\w:.-]+)([^<>]*?)(\/?)>([^<]*)/g;
  const byId = (id) => document.getElementById(id);
  const odd = JSON.parse(document.body.dataset.odd)
    .map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('');
  const MARKED = new RegExp(`([${odd}])|\\[REDACTED:[a-z0-9-]+:\\d+\\]`, 'gu');

  // A file: read, shown, searched.

  const parts = [...document.querySelectorAll('details.part')].map((element) => ({
    element,
    name: element.dataset.name,
    short: element.dataset.short,
    times: element.dataset.times ? element.dataset.times.split(' ').map(Number) : [],
    talk: element.querySelector('.talk'),
    packed: element.querySelector('script'),
    text: null,
    index: null,
  }));

  const textOf = (part) => {
    part.text ??= (async () => {
      const coded = part.packed.textContent;
      const bytes = Uint8Array.fromBase64?.(coded) ?? Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0));
      const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await new Response(plain).arrayBuffer());
    })();
    return part.text;
  };

  const unescape = (text) => !text.includes('&') ? text : text.replace(
    /&(amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});/g,
    (_, word) => ENTITIES[word] ?? character(word[1] === 'x' ? parseInt(word.slice(2), 16) : Number(word.slice(1))),
  );

  const character = (number) => number > 0 && number < 0x110000 ? String.fromCodePoint(number) : '\ufffd';

  const factsOf = (attributes) =>
    [...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(([, name, value]) => [name, unescape(value)]);

  function entriesOf(text) {
    if (!text.startsWith('<session>')) {
      return [{ kind: 'other', tag: 'file', label: 'text', facts: [], fields: [['', text]] }];
    }
    const entries = [];
    let depth = 0, tag = '', attributes = '', fields = [], isBare = false;
    TAG.lastIndex = 0;
    for (let found = TAG.exec(text); found; found = TAG.exec(text)) {
      const [, closing, name, given, empty, after] = found;
      if (!closing) depth += 1;
      if (depth === 2 && !closing) {
        [tag, attributes, fields, isBare] = [name, given, [], false];
      }
      if (depth === 3 && !closing) {
        if (isBare && fields[0][1] === '\n    ') fields = [];
        isBare = false;
        fields.push([fieldName(name, given), empty ? '' : after]);
      } else if (depth === 2 && !closing && !empty) {
        [fields, isBare] = [[['', after]], true];
      }
      if (depth === 3 && (closing || empty) && !['', '\n    ', '\n  '].includes(after)) fields.push(['', after]);
      if (depth === 2 && (closing || empty)) entries.push(entryOf(tag, attributes, fields));
      if (closing || empty) depth -= 1;
    }
    return entries;
  }

  function fieldName(tag, attributes) {
    const facts = factsOf(attributes);
    return tag === 'param' && facts.length ? facts[0][1] : [tag, ...facts.map(([, value]) => value)].join(' ');
  }

  function entryOf(tag, attributes, fields) {
    const facts = factsOf(attributes);
    const known = new Map(facts);
    const isError = / (is_error|api_error)="true"/.test(attributes);
    const kind = isError ? 'error' : Object.hasOwn(KINDS, tag) ? KINDS[tag] : 'other';
    const label = tag === 'tool_use' ? known.get('name') ?? tag : tag.replaceAll('_', ' ');
    const given = tag === 'tool_result' ? trimmed(fields, known.get('part') ?? '') : fields;
    return {
      kind, tag, label,
      facts: facts.filter(([name]) => tag !== 'tool_use' || name !== 'name'),
      fields: given.map(([name, text]) => [name, unescape(text)]),
    };
  }

  function trimmed(fields, part) {
    if (!fields.length || fields[0][0]) return fields;
    const numbers = part.split(' ').filter(Boolean).map((one) => one.split('/'));
    const end = fields.length > 1 ? '\n    ' : '\n  ';
    let text = fields[0][1];
    if (numbers.every(([number]) => number === '1') && text.startsWith('\n')) text = text.slice(1);
    if (numbers.every(([number, count]) => number === count) && text.endsWith(end)) text = text.slice(0, -end.length);
    return [['', text], ...fields.slice(1)];
  }

  const goesOn = (entry) =>
    entry.facts.some(([name, value]) => name === 'part' && value.split(' ').some((one) => !one.startsWith('1/')));

  const factText = ([name, value]) =>
    value === 'true' ? name.replaceAll('_', ' ') : name === 'id' || name === 'tool' ? value : `${name.replaceAll('_', ' ')} ${value}`;

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function shown(text) {
    const pieces = [];
    let at = 0;
    for (const found of text.matchAll(MARKED)) {
      if (found.index > at) pieces.push(text.slice(at, found.index));
      if (found[1]) {
        const mark = element('i', 'odd', found[0]);
        mark.dataset.c = `U+${found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
        pieces.push(mark);
      } else {
        pieces.push(element('mark', 'redacted', found[0]));
      }
      at = found.index + found[0].length;
    }
    if (at < text.length) pieces.push(text.slice(at));
    return pieces;
  }

  function article(part, number, entry, time) {
    const id = `at-${part.name}-${number}`;
    const anchor = element('a', '', String(number));
    anchor.href = `#${id}`;
    const header = element('header', '', anchor, element('b', '', ...shown(entry.label)));
    for (const fact of entry.facts) header.append(element('span', 'fact', ...shown(factText(fact))));
    if (time) header.append(element('time', '', new Date(time * 1000).toISOString().slice(11, 19)));
    const made = element('article', `e ${entry.kind}${entry.tag === 'meta' ? ' meta' : ''}`, header);
    made.id = id;
    made.tabIndex = -1;
    if (entry.facts.some(([name, value]) => name === 'abandoned' && value === 'true')) made.dataset.abandoned = 'true';
    for (const [name, text] of entry.fields) {
      if (name) made.append(element('div', 'name', ...shown(name)));
      made.append(element('pre', '', ...shown(text)));
    }
    return made;
  }

  async function fill(part) {
    if (!part.packed || part.talk.childElementCount) return;
    let entries = [];
    try {
      entries = entriesOf(await textOf(part));
    } catch {
      part.talk.replaceChildren(element('p', 'soft', UNPACKED));
      return;
    }
    if (part.talk.childElementCount) return;
    let said = -1;
    part.talk.append(...entries.map((entry, at) => {
      if (entry.tag !== 'meta' && !goesOn(entry)) said += 1;
      return article(part, at + 1, entry, entry.tag === 'meta' || said < 0 ? 0 : part.times[said]);
    }));
    mark(part);
  }

  for (const part of parts) {
    part.element.addEventListener('toggle', () => { if (part.element.open) fill(part); });
    if (part.element.open) fill(part);
    const exact = part.element.querySelector('details.exact');
    exact.addEventListener('toggle', async () => {
      const place = exact.querySelector('pre');
      if (part.packed && exact.open && !place.firstChild) place.append(...shown(await textOf(part)));
    });
  }

  async function indexOf(part) {
    if (!part.index) {
      part.index = part.packed
        ? entriesOf(await textOf(part)).map((entry) => ({
            kind: entry.kind,
            text: [[entry.label, ...entry.facts.map(factText)].join(' '), ...entry.fields.flat().filter(Boolean)].join('\n'),
          }))
        : [...part.talk.children].map((entry) => ({
            kind: entry.classList[1],
            text: [
              [...entry.querySelectorAll('header > b, header > .fact')].map((one) => one.textContent).join(' '),
              ...[...entry.querySelectorAll('.name, pre')].map((one) => one.textContent).filter(Boolean),
            ].join('\n'),
          }));
    }
    return part.index;
  }

  // Search.

  const query = byId('query'), count = byId('count'), hits = byId('hits');
  let wanted = null, turn = 0, at = -1, found = [];

  const number = (value) => value.toLocaleString('en');
  const plural = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;

  async function search() {
    const mine = ++turn;
    const words = query.value;
    const kind = document.querySelector('input[name=kind]:checked').value;
    wanted = words ? new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu') : null;
    [at, found] = [-1, []];
    hits.replaceChildren();
    hits.hidden = !(words || kind);
    if (hits.hidden) {
      count.textContent = '';
      markAll();
      return;
    }
    let matches = 0, entries = 0;
    for (let from = 0; from < parts.length; from += 1) {
      for (const part of parts.slice(from, from + AHEAD)) if (part.packed && !part.index) textOf(part);
      let list = [];
      try {
        if (await holdsNone(parts[from], words)) continue;
        list = await indexOf(parts[from]);
      } catch {
        count.textContent = UNPACKED;
        return;
      }
      if (mine !== turn) return;
      const [inside, places] = look(list, kind);
      matches += inside;
      entries += places.length;
      for (const [position, where] of places) {
        if (found.length < MOST_SHOWN) {
          found.push({ part: parts[from], number: position + 1 });
          hits.append(hit(parts[from], position, list[position], where, found.length - 1));
        }
      }
      if (from % 32 === 31) count.textContent = `${number(matches)} …`;
    }
    count.textContent = (words ? `${plural(matches, 'match', 'matches')} in ` : '')
      + plural(entries, 'entry', 'entries')
      + (entries > found.length ? `, the first ${found.length} shown` : '');
    markAll();
  }

  // A plain word stands in the packed text as it is said, so a file without it need not be read.
  async function holdsNone(part, words) {
    if (!part.packed || part.index || !/^[\p{L}\p{N}.:/-]+$/u.test(words)) return false;
    const text = await textOf(part);
    return text.startsWith('<session>') && text.search(wanted) < 0;
  }

  function look(list, kind) {
    let matches = 0;
    const places = [];
    list.forEach((entry, position) => {
      if (kind && entry.kind !== kind) return;
      if (!wanted) {
        places.push([position, 0]);
        return;
      }
      wanted.lastIndex = 0;
      let first = -1;
      for (let one = wanted.exec(entry.text); one; one = wanted.exec(entry.text)) {
        if (first < 0) first = one.index;
        matches += 1;
      }
      if (first >= 0) places.push([position, first]);
    });
    return [matches, places];
  }

  function hit(part, position, entry, where, order) {
    const from = Math.max(0, where - 50);
    const text = entry.text.slice(from, from + 170).replace(/\s+/g, ' ');
    const link = element('a', '', element('span', 'where', `${part.short}, ${position + 1}, ${entry.kind}`));
    link.href = `#at-${part.name}-${position + 1}`;
    link.append(...(wanted ? marked(text) : shown(text)));
    link.addEventListener('click', (event) => { event.preventDefault(); visit(order); });
    return element('li', '', link);
  }

  function marked(text) {
    const pieces = [];
    let at = 0;
    for (const one of text.matchAll(wanted)) {
      pieces.push(...shown(text.slice(at, one.index)), element('mark', '', ...shown(one[0])));
      at = one.index + one[0].length;
    }
    return [...pieces, ...shown(text.slice(at))];
  }

  function markAll() {
    if (!CSS.highlights) return;
    CSS.highlights.set('hit', new Highlight());
    parts.forEach(mark);
  }

  function mark(part) {
    if (!CSS.highlights || !wanted || !part.element.open) return;
    const highlight = CSS.highlights.get('hit') ?? new Highlight();
    for (const place of part.talk.querySelectorAll('pre, .fact, b, .name')) {
      const text = place.textContent;
      wanted.lastIndex = 0;
      if (!wanted.test(text)) continue;
      const nodes = [];
      const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(), start = 0; node; node = walker.nextNode()) {
        nodes.push([start, node]);
        start += node.length;
      }
      const spot = (offset) => {
        const [start, node] = nodes.findLast(([begin]) => begin <= offset);
        return [node, Math.min(offset - start, node.length)];
      };
      for (const one of text.matchAll(wanted)) {
        const range = document.createRange();
        range.setStart(...spot(one.index));
        range.setEnd(...spot(one.index + one[0].length));
        highlight.add(range);
      }
    }
    CSS.highlights.set('hit', highlight);
  }

  async function visit(order) {
    if (!found.length) return;
    at = (order + found.length) % found.length;
    hits.querySelectorAll('[aria-current]').forEach((link) => link.removeAttribute('aria-current'));
    const link = hits.children[at].firstChild;
    link.setAttribute('aria-current', 'true');
    hits.scrollTop = link.offsetTop - hits.clientHeight / 2;
    await show(found[at].part, found[at].number);
  }

  async function show(part, position) {
    const was = part.element.open;
    part.element.open = true;
    await fill(part);
    if (!was) mark(part);
    const entry = byId(`at-${part.name}-${position}`);
    if (!entry) return;
    history.replaceState(null, '', `#${entry.id}`);
    entry.scrollIntoView({ block: 'center', behavior: 'instant' });
    entry.focus({ preventScroll: true });
  }

  async function follow() {
    let id = '';
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const part = parts.find((one) => id === `part-${one.name}`);
    if (part) part.element.open = true;
    const entry = /^at-(.+)-(\d+)$/.exec(id);
    const of = entry && parts.find((one) => one.name === entry[1]);
    if (of) await show(of, Number(entry[2]));
  }

  // Keys, theme, print.

  const help = byId('help'), theme = byId('theme');

  function step(selector, by) {
    const all = [...document.querySelectorAll(selector)];
    const here = document.activeElement.closest?.(selector);
    const now = here ? all.indexOf(here) : all.findIndex((one) => one.getBoundingClientRect().top > 120) - (by > 0 ? 1 : 0);
    const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
    if (!next) return;
    const target = next.matches('details') ? next.querySelector('summary') : next;
    target.scrollIntoView({ block: next.matches('details') ? 'start' : 'center', behavior: 'instant' });
    target.focus({ preventScroll: true });
  }

  function turnTheme() {
    const next = { auto: 'light', light: 'dark', dark: 'auto' }[document.documentElement.dataset.theme ?? 'auto'];
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    theme.textContent = `Theme: ${next}`;
  }

  function toggleExact() {
    const part = document.activeElement.closest?.('details.part') ?? document.querySelector('details.part[open]');
    const exact = part?.querySelector('details.exact');
    if (!exact) return;
    part.open = true;
    exact.open = !exact.open;
    exact.firstElementChild.focus();
  }

  const KEYS = {
    '/': () => { query.focus(); query.select(); byId('find').scrollIntoView({ block: 'nearest' }); },
    n: () => visit(at + 1),
    p: () => visit(at < 0 ? -1 : at - 1),
    j: () => step('details.part[open] article', 1),
    k: () => step('details.part[open] article', -1),
    ']': () => step('details.part', 1),
    '[': () => step('details.part', -1),
    e: toggleExact,
    t: turnTheme,
    g: () => { scrollTo(0, 0); byId('main').focus({ preventScroll: true }); },
    '?': () => help.showModal(),
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const types = event.target.matches('input[type=search]');
    if (types && event.key === 'Enter') { event.preventDefault(); visit(at + 1); }
    if (event.key === 'Escape' && query && (query.value || !hits.hidden)) {
      query.value = '';
      document.querySelector('input[name=kind]').checked = true;
      search();
      query.blur();
    }
    if (types || !Object.hasOwn(KEYS, event.key) || (!query && event.key !== 't' && event.key !== '?')) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  theme.addEventListener('click', turnTheme);
  byId('keys').addEventListener('click', () => help.showModal());
  theme.hidden = byId('keys').hidden = false;
  addEventListener('beforeprint', () => parts.forEach((part) => { if (!part.packed) part.element.open = true; }));
  if (!query) return;
  byId('find').hidden = false;
  let timer = 0;
  query.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  document.querySelectorAll('input[name=kind]').forEach((one) => one.addEventListener('change', search));
  addEventListener('hashchange', follow);
  follow();
})();
